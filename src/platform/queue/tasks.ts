// What may be handed out. A destroy is not among them: it never rides the queue (P16, P27).
export const taskNames = ['intent.plan', 'merge.look', 'apply.run', 'deletion.prepare', 'deletion.quarantine', 'deletion.undo'] as const;
export type TaskName = (typeof taskNames)[number];

/** The id a task carries; null when a row of the queue holds something else. */
export function idOf(payload: unknown): string | null {
  const id = (payload as { readonly id?: unknown } | null)?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}

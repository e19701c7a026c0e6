// Named places where the crash matrix may stop the process (docs/architecture.md, "Proof"). Unarmed they cost one map look-up.
// Armed only in a lab: by SLUICE_FAILPOINTS="name=kill" or by a test.

export type FailpointKind = 'throw' | 'kill' | 'exit' | 'hang';

const registry = new Set<string>();
const armed = new Map<string, FailpointKind>();
const hits = new Map<string, number>();

export class FailpointReached extends Error {
  constructor(name: string) {
    super(`failpoint ${name}`);
    this.name = 'FailpointReached';
  }
}

export function registerFailpoints(names: readonly string[]): void {
  for (const name of names) registry.add(name);
}

/** Every name that some module registered at load. */
export const failpoints = (): readonly string[] => [...registry].sort();
export const hitsOf = (name: string): number => hits.get(name) ?? 0;

export function armFailpoint(name: string, kind: FailpointKind): void {
  if (!registry.has(name)) throw new Error(`there is no failpoint ${name}`);
  armed.set(name, kind);
}

export function disarmFailpoints(): void {
  armed.clear();
  hits.clear();
}

/** Reads `name=kind,name=kind`; unknown names or kinds are refused, because a test that arms nothing tests nothing. */
export function armFromText(text: string): void {
  for (const part of text.split(',').filter((piece) => piece !== '')) {
    const [name = '', kind = ''] = part.split('=');
    if (kind !== 'throw' && kind !== 'kill' && kind !== 'exit' && kind !== 'hang') throw new Error(`failpoint ${name}: unknown kind ${kind}`);
    armFailpoint(name, kind);
  }
}

/** Each arming fires once. */
export async function failpoint(name: string): Promise<void> {
  const kind = armed.get(name);
  if (kind === undefined) return;
  armed.delete(name);
  hits.set(name, (hits.get(name) ?? 0) + 1);
  switch (kind) {
    case 'throw': throw new FailpointReached(name);
    case 'kill': process.kill(process.pid, 'SIGKILL'); return;
    case 'exit': process.exit(97); return;
    case 'hang': await new Promise(() => undefined); return;
  }
}

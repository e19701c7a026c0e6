// A status that becomes active starts the guest, one that becomes offline shuts it down (FEATURES D2): transitions act, edits do not.
// Shutting down comes before every other step, so that what changes only while it is off can; starting comes last.
import { nothing, noted, refused, steps, type Concern, type Part, type UpdateScene } from './concern';

type Wish = 'on' | 'off' | null;
const wishOf = (status: unknown): Wish => (status === 'active' ? 'on' : status === 'offline' ? 'off' : null);

/** What the branch's status asks for, where it asks for anything. */
function transition(scene: UpdateScene): { readonly wish: Wish; readonly part: Part } | null {
  const field = scene.changed('status');
  if (field === undefined) return null;
  const { object, target: { seen } } = scene;
  const wish = wishOf(field.after);
  if (wish !== null) return { wish, part: nothing };
  const words = `status: ${JSON.stringify(field.before)} -> ${JSON.stringify(field.after)}`;
  const part = seen.hasProcess && wishOf(field.before) === 'on'
    ? refused('update.status', object, `${words}, and it is running`, 'Set it to offline to have it shut down, or leave the status as it is.')
    : noted('change.no-counterpart', object, words, 'Nothing happens in Proxmox for it.');
  return { wish, part };
}

export const shutdown: Concern = {
  fields: ['status'],
  draft: (scene) => {
    const asked = transition(scene);
    if (asked === null) return nothing;
    if (asked.wish !== 'off') return asked.part;
    return scene.target.seen.hasProcess ? steps({ hasProcess: true }, { kind: 'shutdown', before: 'running', after: 'stopped' }) : nothing;
  },
};

export const start: Concern = {
  fields: ['status'],
  draft: (scene) => (transition(scene)?.wish === 'on' && !scene.target.seen.hasProcess ? steps({ hasProcess: false }, { kind: 'start', before: 'stopped', after: 'running' }) : nothing),
};

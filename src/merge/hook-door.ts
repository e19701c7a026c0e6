// Carries P33: a webhook is verified over its raw bytes and then only makes us look. Doubled, replayed, reordered or lost: the
// look asks NetBox what happened.
import type { Database } from '../platform/database';
import { orThrow, ProblemException } from '../platform/http';
import { enqueue } from '../platform/queue';
import { verifyHook } from '../netbox';
import type { MergeStore } from './merge.store';

export interface HookAnswer { readonly accepted: true; readonly known: boolean }

export class HookDoor {
  constructor(private readonly db: Database, private readonly merges: MergeStore, private readonly secrets: ReadonlyMap<string, string>) {}

  async deliver(instance: string, body: Buffer, signature: string): Promise<HookAnswer> {
    const secret = this.secrets.get(instance);
    if (secret === undefined) throw new ProblemException({ code: 'netbox.not-found', summary: `There is no NetBox instance ${instance}.`, observed: 'the last part of the path', next: 'Correct the URL of the webhook in NetBox.' });
    const hook = orThrow(verifyHook(secret, body, signature));
    const fresh = await this.merges.delivered(instance, signature, hook.event, hook.kind === 'other' ? null : hook.branchId);
    if (fresh) await enqueue(this.db, 'merge.look', instance, { queue: `merge:${instance}` });
    return { accepted: true, known: !fresh };
  }
}

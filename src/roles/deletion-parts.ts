// What of the deletion module each role is given. The one destroy stays with the deleter's own role.
import type { Clusters } from '../endpoints';
import { DeletionSweep, Preparation, Quarantine, RequestsService, RequestStore, ReviewStore, UndoWork, type Enqueue } from '../deletion';
import { EffectStore } from '../effects';
import type { Deletions } from '../merge';
import type { NetBoxes } from '../netbox';
import type { Database } from '../platform/database';
import { enqueue } from '../platform/queue';
import { PolicyStore } from '../policy';

/** One request is worked at by one worker at a time; a second would only take it over and say so. */
export const hand: Enqueue = (tx, task, id) => enqueue(tx, task, id, { queue: `deletion:${id}` });
/** The deleter may not use the queue: what it leaves behind is found by the scheduler's tick. */
export const leaveToScheduler: Enqueue = () => Promise.resolve();

export const requestsOf = (db: Database, clusters: Clusters): RequestsService => {
  const policies = new PolicyStore();
  return new RequestsService(new RequestStore(db, hand), new ReviewStore(), clusters, async (tx) => (await policies.current(tx)).body.deletion);
};

export interface DeletionWorker {
  readonly merges: Deletions;
  prepare(id: string): Promise<void>;
  quarantine(id: string): Promise<void>;
  undo(id: string): Promise<void>;
}

export function deletionWorker(db: Database, clusters: Clusters, netboxes: NetBoxes): DeletionWorker {
  const store = new RequestStore(db, hand);
  const effects = new EffectStore(db);
  const requests = requestsOf(db, clusters);
  const prepare = new Preparation(store, new ReviewStore(), clusters, netboxes);
  const quarantine = new Quarantine(store, effects, clusters);
  const undo = new UndoWork(store, effects, clusters, netboxes);
  return {
    merges: requests,
    prepare: (id) => prepare.run(id),
    quarantine: (id) => quarantine.run(id),
    undo: (id) => undo.run(id),
  };
}

/** Expires what ran out of time, and hands on again what nobody is working at: the deleter leaves its undo work to this. */
export const deletionSweep = (db: Database): DeletionSweep => new DeletionSweep(new RequestStore(db, hand), hand, 10);

// What a branch changed, as its change log holds it, and how such a change is named in the log of a job.
import { knownModel } from '../models/registry';
import type { Model } from '../models/model';
import type { LogRow, Space } from '../store/space';
import type { State } from '../store/state';
import type { Row } from '../store/row';
import { schemaOf } from './branch-rows';

const VERBS = { create: 'created', update: 'updated', delete: 'deleted' } as const;

/** `Virtualization | virtual machine front-01 created by alice` */
export function describe(change: LogRow): string {
  const model = knownModel(change.type);
  return `${model.app} | ${model.verbose} ${change.repr} ${VERBS[change.action]} by ${change.userName}`;
}

export function spaceOfBranch(state: State, branch: Row): Space | undefined {
  return state.branches.get(schemaOf(branch));
}

/** Oldest first. */
export const changesOf = (space: Space | undefined): readonly LogRow[] => [...(space?.log ?? [])].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.id - b.id));

/** Changes of main that this branch has not seen: newer than its last sync, branchable, and not its own merge. */
export function unsynced(state: State, branch: Row): readonly LogRow[] {
  const since = typeof branch['last_sync'] === 'string' ? branch['last_sync'] : branch.created;
  return changesOf(state.main).filter((change) => change.time > since && isBranchable(change.type) && state.applied.get(change.id) !== branch.id);
}

const isBranchable = (type: string): boolean => knownModel(type).branchable;
export const modelOfChange = (change: LogRow): Model => knownModel(change.type);

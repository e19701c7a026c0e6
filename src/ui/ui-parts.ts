// What the pages read and act through: the services of the other modules, as the API has them. Given by the composition root.
import type { JobsService } from '../apply';
import type { ClusterView } from '../endpoints';
import type { RequestsService } from '../deletion';
import type { PlansService } from '../intent';
import type { ExplainService, JournalReader } from '../journal';
import type { FreezeService } from '../policy';
import type { Mode } from './pages/layout';
import type { Names } from './view-models/names';

export interface WaitingBranch { readonly netbox: string; readonly id: number; readonly name: string }

/** Given in a lab only. */
export interface LabParts {
  /** NetBox's own merge of a waiting branch, with the engineer's token; says how it went. */
  readonly mergeAsEngineer: (branchId: number) => Promise<{ readonly text: string }>;
  /** The branch of the story. */
  readonly branch: WaitingBranch;
  /** What waits besides, with what it shows. */
  readonly others: readonly (WaitingBranch & { readonly shows: string })[];
}

export interface UiOptions {
  readonly mode: Mode;
  readonly plans: Pick<PlansService, 'ask' | 'get' | 'list'>;
  readonly jobs: Pick<JobsService, 'list' | 'get' | 'log' | 'resume'>;
  readonly requests: Pick<RequestsService, 'list' | 'view' | 'review' | 'cancel' | 'acknowledge'>;
  readonly freeze: Pick<FreezeService, 'current' | 'freeze' | 'unfreeze'>;
  readonly journal: Pick<JournalReader, 'page'>;
  readonly explain: Pick<ExplainService, 'guest'>;
  readonly connections: () => Promise<readonly ClusterView[]>;
  /** Names of people by key (`person:<uuid>`, `netbox:<instance>:<user id>`); keys without a name are shown as they are. */
  readonly names: () => Promise<Names>;
  readonly lab?: LabParts;
}

/** The same as a value that Nest can inject. */
export class UiParts {
  constructor(readonly options: UiOptions) {}
}

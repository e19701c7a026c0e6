// What the house may ask of NetBox, cut by power. Unknown filters are silently ignored by NetBox and return everything,
// so every filtered read asserts that the answer matches what was asked (NetBox 4.5, netbox-branching 1.1.2).
import type { Instant, Observed } from '../kernel';

export interface NetBoxUser { readonly id: number; readonly username: string }

export interface BranchRecord {
  readonly id: number;
  readonly name: string;
  /** Eight characters; the value of the header X-NetBox-Branch. */
  readonly schemaId: string;
  readonly status: string;
  readonly owner: NetBoxUser | null;
  readonly mergedTime: Instant | null;
  readonly mergedBy: NetBoxUser | null;
  readonly customFields: Readonly<Record<string, unknown>>;
}

/** One object changed in a branch. `*Data` is the change-log form: FKs as ints, tags as names, decimals as strings. */
export interface ChangeDiff {
  readonly id: number;
  readonly objectType: string;
  readonly objectId: number;
  readonly repr: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly conflicts: readonly string[];
  readonly original: Readonly<Record<string, unknown>> | null;
  readonly modified: Readonly<Record<string, unknown>> | null;
  readonly current: Readonly<Record<string, unknown>> | null;
  readonly lastUpdated: Instant;
}

export interface ChangeLogRow { readonly id: number; readonly time: Instant; readonly user: NetBoxUser | null; readonly userName: string; readonly action: string; readonly objectType: string; readonly objectId: number; readonly requestId: string; readonly message: string }
export interface BranchEvent { readonly id: number; readonly branchId: number; readonly type: string; readonly time: Instant; readonly user: NetBoxUser | null }
/** A NetBox object as REST gives it. */
export type NetBoxObject = Readonly<Record<string, unknown>> & { readonly id: number };

export interface NetBoxReader {
  /** The instance's configured name. */
  readonly name: string;
  status(): Promise<Observed<{ readonly version: string; readonly branching: string | null; readonly workers: number }>>;
  /** null = NetBox answered 404, which for a branch means it does not exist. */
  branch(id: number): Promise<Observed<BranchRecord | null>>;
  branches(status: 'ready' | 'merged'): Promise<Observed<readonly BranchRecord[]>>;
  branchEvents(types: readonly string[]): Promise<Observed<readonly BranchEvent[]>>;
  /** All pages; every row asserted to be of that branch. */
  changeDiffs(branchId: number): Promise<Observed<readonly ChangeDiff[]>>;
  /** Who did what in the branch; readable only while the branch is `ready`. */
  branchChangeLog(schemaId: string): Promise<Observed<readonly ChangeLogRow[]>>;
  /** Objects of main by id, e.g. `objects('virtualization/clusters', [1, 2])`; absent ids are just absent. All pages. */
  objects(endpoint: string, ids: readonly number[], /** As this branch has them, while it is ready. */ schemaId?: string): Promise<Observed<readonly NetBoxObject[]>>;
  /** Objects of main whose field has this value, or one of these; `filter` must be one NetBox knows, every row is asserted by `matches`. */
  objectsWhere(endpoint: string, filter: string, value: string | number | readonly (string | number)[], matches: (object: NetBoxObject) => boolean): Promise<Observed<readonly NetBoxObject[]>>;
  object(endpoint: string, id: number): Promise<Observed<NetBoxObject | null>>;
}

/** `not-written` carries NetBox's own words; `unknown` is settled by reading the object again (P26). */
export type NetBoxWrite<T> =
  | { readonly class: 'written'; readonly value: T }
  | { readonly class: 'not-written'; readonly status: number; readonly text: string }
  | { readonly class: 'unknown'; readonly text: string };

export interface NetBoxWriter {
  /**
   * PATCH of one object after a read-compare of `last_updated` (4.5 has no If-Match; P10). `changelog_message` names the run.
   * `expectLastUpdated` null means that NetBox said null when the caller read it: an object made by a merge and not touched since.
   */
  patch(endpoint: string, id: number, fields: Readonly<Record<string, unknown>>, message: string, expectLastUpdated: string | null): Promise<NetBoxWrite<NetBoxObject>>;
  create(endpoint: string, fields: Readonly<Record<string, unknown>>, message: string): Promise<NetBoxWrite<NetBoxObject>>;
}

/** Which custom field of NetBox means what (docs/netbox-setup.md). Names are a configuration map. */
export interface FieldMap {
  /** Branch opt-ins: a field name, or a constant for installations (and recordings) that have no such field. */
  readonly applyToProxmox: string | { readonly constant: boolean };
  readonly applyDestroyConfirmed: string | { readonly constant: boolean };
  readonly kind: string;
  readonly node: string;
  readonly storage: string;
  readonly pool: string;
  readonly vmid: string;
  readonly intentState: string;
  readonly lastApplyRunId: string;
  readonly guestId: string;
  readonly bridge: string;
  readonly diskStorage: string;
  /** What a guest is made from: an ISO volume, a container template, a template guest by VMID or name. */
  readonly iso: string;
  readonly ostemplate: string;
  readonly template: string;
  readonly cloudInitUser: string;
  readonly cloudInitSshKeys: string;
  readonly cloudInitUserData: string;
  readonly cloudInitNetwork: string;
  /** Slug of the tag that an address bears which is the gateway of its prefix. */
  readonly gatewayTag: string;
  /** Fields that mean something to people and that Sluice cannot carry out: named here so that they are refused, never ignored. */
  readonly refused: readonly string[];
}

// Clusters as rows: what is configured, who they were confirmed to be (P13), and what each token may do (P15).
import { canonicalJson } from '../kernel';
import type { ClusterSettings } from '../guest';
import { append } from '../journal';
import type { Database, Tx } from '../platform/database';
import type { ClusterIdentity } from './core/cluster-identity';
import type { RightsVerdict } from './core/rights';
import type { TokenName } from './core/token-table';

export type IdentityState = 'unseen' | 'confirmed' | 'changed';
export interface ClusterRow { readonly name: string; readonly state: IdentityState; readonly confirmed: ClusterIdentity | null; readonly seen: ClusterIdentity | null; readonly version: number }
export interface RightsRow { readonly token: TokenName; readonly verdict: RightsVerdict['verdict']; readonly observed: string | null; readonly checkedAt: string }

/** A cluster as it is shown: with what each token may do there. */
export type ClusterView = ClusterRow & { readonly rights: readonly RightsRow[] };

const columns = 'name, state, confirmed_identity as confirmed, seen_identity as seen, version';
const rightsColumns = `token, verdict, detail->>'observed' as observed, checked_at as "checkedAt"`;

export class ClusterStore {
  constructor(private readonly db: Database) {}

  /** Makes the row of a configured cluster, or brings its settings up to date. */
  async configure(settings: ClusterSettings): Promise<void> {
    await this.db.change(
      `insert into clusters (name, netbox, netbox_cluster, settings) values ($1, $2, $3, $4)
       on conflict (name) do update set netbox = $2, netbox_cluster = $3, settings = $4 where clusters.settings <> $4::jsonb or clusters.netbox <> $2 or clusters.netbox_cluster <> $3`,
      [settings.name, settings.netbox, settings.netboxCluster, canonicalJson(settings)]);
  }

  get(name: string, tx: Tx = this.db): Promise<ClusterRow | null> {
    return tx.maybe<ClusterRow>(`select ${columns} from clusters where name = $1`, [name]);
  }

  /** P13: only to a confirmed cluster is anything sent. */
  async isConfirmed(name: string): Promise<boolean> {
    return (await this.get(name))?.state === 'confirmed';
  }

  list(): Promise<ClusterRow[]> {
    return this.db.rows<ClusterRow>(`select ${columns} from clusters order by name`);
  }

  async listWithRights(): Promise<readonly ClusterView[]> {
    const [clusters, rights] = [await this.list(), await this.db.rows<RightsRow & { readonly cluster: string }>(`select cluster, ${rightsColumns} from rights_checks order by token`)];
    return clusters.map((row) => ({ ...row, rights: rights.filter((one) => one.cluster === row.name).map(({ cluster: _cluster, ...one }) => one) }));
  }

  /** Stores what was seen, and what it means. The first sight is confirmed: an administrator wrote this connection into the configuration. */
  async seen(row: ClusterRow, identity: ClusterIdentity, state: 'confirmed' | 'changed', actor: string): Promise<void> {
    if (row.state === state && canonicalJson(row.seen) === canonicalJson(identity)) return;
    await this.db.transaction(async (tx) => {
      const hit = await tx.change(
        `update clusters set state = $3, seen_identity = $4, confirmed_identity = case when $3 = 'confirmed' then $4::jsonb else confirmed_identity end, version = version + 1 where name = $1 and version = $2`,
        [row.name, row.version, state, canonicalJson(identity)]);
      // Another role looked in the same moment; its verdict stands and the next look compares again.
      if (hit === 1) await append(tx, { kind: `cluster.${state}`, subject: `cluster:${row.name}`, actor, body: { seen: identity, confirmed: state === 'confirmed' ? identity : row.confirmed } });
    });
  }

  /** A person says that the changed cluster is the right one. False when it is not `changed` (any more). */
  async confirm(name: string, actor: string): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const hit = await tx.change(`update clusters set state = 'confirmed', confirmed_identity = seen_identity, version = version + 1 where name = $1 and state = 'changed'`, [name]);
      if (hit === 1) await append(tx, { kind: 'cluster.confirmed', subject: `cluster:${name}`, actor, body: {} });
      return hit === 1;
    });
  }

  async recordRights(cluster: string, token: TokenName, verdict: RightsVerdict): Promise<void> {
    await this.db.change(
      `insert into rights_checks (cluster, token, verdict, detail, checked_at) values ($1, $2, $3, $4, sluice_now())
       on conflict (cluster, token) do update set verdict = $3, detail = $4, checked_at = sluice_now()`,
      [cluster, token, verdict.verdict, canonicalJson('observed' in verdict ? { observed: verdict.observed } : {})]);
  }

  rights(cluster: string): Promise<RightsRow[]> {
    return this.db.rows<RightsRow>(`select ${rightsColumns} from rights_checks where cluster = $1 order by token`, [cluster]);
  }
}

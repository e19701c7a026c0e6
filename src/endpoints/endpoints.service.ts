// Looks at the clusters: are they who they were (P13), and may each token do exactly what it should (P15).
import { Bug, exhaustive, no, ok, refuse, type Observed, type Refusal, type Result } from '../kernel';
import type { Permissions } from '../proxmox/ports';
import type { ClusterStore, IdentityState } from './cluster.store';
import type { ClusterAccess, Clusters } from './clusters';
import { clusterIdentity, judgeIdentity, notConfirmed } from './core/cluster-identity';
import { judgeRights, type RightsVerdict } from './core/rights';
import type { TokenName } from './core/token-table';

export class EndpointsService {
  constructor(private readonly store: ClusterStore, readonly clusters: Clusters, private readonly actor: string) {}

  /** At start: every configured cluster has its row and was looked at. A cluster that cannot be reached stays as it was. */
  async open(): Promise<void> {
    for (const access of this.clusters.values()) {
      await this.store.configure(access.settings);
      await this.look(access.settings.name);
    }
  }

  /** Compares the cluster with what was confirmed. `unseen` when it could not be read and never was. */
  async look(name: string): Promise<Observed<IdentityState>> {
    const access = this.clusters.get(name);
    const row = await this.store.get(name);
    if (access === undefined || row === null) return no({ kind: 'not-observed', where: `cluster ${name}`, text: 'it is not configured' });
    const status = await access.reader.clusterStatus();
    if (!status.ok) return status;
    const seen = clusterIdentity(status.value.name, status.value.nodes.map((node) => node.name), access.http.connection.caPem);
    const verdict = judgeIdentity(row.confirmed, seen);
    switch (verdict.state) {
      case 'first': await this.store.seen(row, seen, 'confirmed', this.actor); return ok('confirmed');
      case 'confirmed': await this.store.seen(row, seen, 'confirmed', this.actor); return ok('confirmed');
      case 'changed': await this.store.seen(row, seen, 'changed', this.actor); return ok('changed');
      default: return exhaustive(verdict);
    }
  }

  /** Asks each token for its own rights and keeps the verdicts. */
  async checkRights(name: string, tokens: Readonly<Partial<Record<TokenName, () => Promise<Observed<Permissions>>>>>): Promise<ReadonlyMap<TokenName, RightsVerdict>> {
    const access = this.known(name);
    const pools = await access.reader.pools();
    const verdicts = new Map<TokenName, RightsVerdict>();
    for (const [token, ask] of Object.entries(tokens) as [TokenName, () => Promise<Observed<Permissions>>][]) {
      const verdict = judgeRights(token, await ask(), access.settings, pools);
      await this.store.recordRights(name, token, verdict);
      verdicts.set(token, verdict);
    }
    return verdicts;
  }

  /** The last question before a destroy: the cluster is the confirmed one at this moment (P13), and each token may do exactly its own (P15). */
  async mayDelete(name: string, tokens: Parameters<EndpointsService['checkRights']>[1]): Promise<Result<void>> {
    const who = await this.look(name);
    if (!who.ok) return refuse('proxmox.not-observed', `Nothing is destroyed on cluster ${name}: whether it is the confirmed one could not be read.`, `${who.error.where}: ${who.error.text}`, 'Repair the connection to Proxmox.');
    if (who.value !== 'confirmed') return no(notConfirmed(name));
    return deletionAllowed(name, await this.checkRights(name, tokens));
  }

  private known(name: string): ClusterAccess {
    const access = this.clusters.get(name);
    if (access === undefined) throw new Bug(`cluster ${name} is not configured`);
    return access;
  }
}

/** Whether deletion may go on with these verdicts: anything but `exact` refuses it on this cluster (P15). */
export function deletionAllowed(cluster: string, verdicts: ReadonlyMap<TokenName, RightsVerdict>): Result<void, Refusal> {
  const wrong = [...verdicts].flatMap(([token, verdict]) => (verdict.verdict === 'exact' ? [] : [`token ${token}: ${verdict.verdict}, ${verdict.observed}`]));
  if (wrong.length === 0) return ok(undefined);
  return no({ code: 'deletion.rights', summary: `Deletion is refused on cluster ${cluster}: a token does not have exactly its rights.`, observed: wrong.join('; '), next: 'Compare with what sluice setup proxmox --print says and correct the ACLs in Proxmox.' });
}

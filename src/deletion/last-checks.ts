// Carries P13, P15, P21, P30: what is asked once more before anything is lent: is it the confirmed cluster, does every grant
// have its request, do lender and destroy hold exactly their rights, and is every gate open.
import type { Observed, Refusal, Result } from '../kernel';
import { ClusterStore, notConfirmed, type ClusterAccess } from '../endpoints';
import type { Permissions } from '../proxmox';
import { gatesRefusal, judgeGates } from './core/gates';
import { unexplainedRefusal } from './core/loans';
import type { RequestRecord } from './core/request';
import type { Loan } from './loan';
import { houseRules } from './house';
import { observe } from './look';
import type { RequestStore } from './request.store';

/** Each token asked for its own rights; what they should be is the endpoints module's table (P15). */
export interface RightsAsks { readonly lender: () => Promise<Observed<Permissions>>; readonly destroy: () => Promise<Observed<Permissions>> }
export type RightsCheck = (cluster: string, asks: RightsAsks) => Promise<Result<void>>;

/** `passing`: it may be otherwise soon, so the request waits; else it ends. */
export interface Shut { readonly refusal: Refusal; readonly passing: boolean }

const actor = 'role:deleter';

export class LastChecks {
  private stopped: Refusal | null = null;
  private readonly clusterRows: ClusterStore;

  constructor(private readonly store: RequestStore, private readonly access: ClusterAccess, private readonly loan: Loan, private readonly rights: () => Promise<Result<void>>) {
    this.clusterRows = new ClusterStore(store.db);
  }

  /** Why nothing is destroyed on this cluster now; null = nothing stops it. */
  get stop(): Refusal | null {
    return this.stopped;
  }

  async atStart(): Promise<void> {
    await this.judgeGrants();
    await this.rights();
  }

  /** Null = all open. */
  async shutNow({ content: { target, terms } }: RequestRecord): Promise<Shut | null> {
    if (!(await this.clusterRows.isConfirmed(target.cluster))) return { refusal: notConfirmed(target.cluster), passing: true };
    const stop = await this.judgeGrants();
    if (stop !== null) return { refusal: stop, passing: true };
    const rights = await this.rights();
    if (!rights.ok) return { refusal: rights.error, passing: true };
    const gates = judgeGates(await observe(this.access, target, await houseRules(this.store.db, this.access), rights), 'destroy', terms.powerOff);
    if (gates.every((gate) => gate.verdict === 'ok')) return null;
    // A lock passes by itself, consent that was taken back may be given again, what could not be read may be readable soon; a gate that somebody shut ends the request.
    return { refusal: gatesRefusal(gates), passing: gates.every((gate) => gate.verdict !== 'refused' || gate.name === 'lock' || gate.name === 'cluster' || gate.name === 'consent') };
  }

  /** A grant that no request in `destroying` explains: somebody else's hand is in the ACLs, nothing is destroyed here. */
  private async judgeGrants(): Promise<Refusal | null> {
    const cluster = this.access.settings.name;
    const busy = await this.store.destroying();
    const judged = await this.loan.judge(busy !== null && busy.content.target.cluster === cluster ? [busy] : []);
    const stop: Refusal | null = !judged.ok
      ? { code: 'loan.not-observed', summary: `Deletion is stopped on cluster ${cluster}: which grants stand could not be read.`, observed: `${judged.error.where}: ${judged.error.text}`, next: 'Give the reflect token Sys.Audit on /access back, or repair the connection.' }
      : judged.value.unexplained.length > 0 ? unexplainedRefusal(cluster, judged.value.unexplained) : null;
    if (stop !== null && stop.observed !== this.stopped?.observed) await this.store.tellStop(cluster, stop, actor);
    this.stopped = stop;
    return stop;
  }
}

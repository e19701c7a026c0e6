// Carries P15, P25, P26: the loan, two halves, each an effect with its own row, read back from the ACL list; and its end, which
// is settled by looking. The only file that may import the lender port.
import { no, notObserved, ok, type Observed, type Refusal, type Result } from '../kernel';
import { guestName } from '../guest';
import { differs, EffectRunner, evidenceOf, locate, readAs, refusalOfEnd, type EffectDefinition, type EffectEnd, type EffectKind, type EffectRow, type EffectStore, type Holder, type Rechecked } from '../effects';
import type { ClusterAccess } from '../endpoints';
import type { AclRow, Permissions, ProxmoxHttp, TokenCredential } from '../proxmox';
import { loanRole, proxmoxLender, type ProxmoxLender } from '../proxmox/lender';
import { halves, judgeLoans, standsFor, type Half, type LoanJudgement, type LoanNames } from './core/loans';
import type { RequestRecord } from './core/request';
import { settleOnly } from './effect-tools';
import { recheckWindow } from './window-check';

/** What a deleter loads of the lender's power on one cluster. */
export interface LenderAccess { readonly http: ProxmoxHttp; readonly credential: TokenCredential }

const lendKind = { user: 'lend-user', token: 'lend-token' } as const satisfies Record<Half, EffectKind>;
const takeBackKind = { user: 'take-back-user', token: 'take-back-token' } as const satisfies Record<Half, EffectKind>;
const isOpen = (row: EffectRow): boolean => row.state === 'intended' || row.state === 'called' || row.state === 'accepted' || row.state === 'unknown';

export class Loan {
  private readonly lender: ProxmoxLender;
  private readonly names: LoanNames;
  private readonly runner: EffectRunner;

  constructor(private readonly cluster: ClusterAccess, access: LenderAccess, destroyTokenId: string, private readonly effects: EffectStore) {
    this.lender = proxmoxLender(access.http, access.credential, destroyTokenId);
    this.names = { role: loanRole, destroyTokenId };
    this.runner = new EffectRunner(effects);
  }

  permissions(): Promise<Observed<Permissions>> {
    return this.lender.permissions();
  }

  /** Which grants stand, and which of them one of these requests explains. */
  async judge(requests: readonly RequestRecord[]): Promise<Observed<LoanJudgement>> {
    const acl = await this.wholeAcl();
    return acl.ok ? ok(judgeLoans(acl.value, this.names, requests.map((request) => ({ requestId: request.id, vmid: request.content.target.vmid })))) : acl;
  }

  /** One half, after one more look at the guest. */
  lend(record: RequestRecord, holder: Holder, half: Half): Promise<EffectEnd> {
    return this.runner.run(holder, this.lending(record, half));
  }

  /**
   * Both halves, wherever they stand: what was on its way is settled by looking, what stands is taken back, and the list is read
   * once more. Anything but "no half stands" is a refusal, and the request stays where it is.
   */
  async takeBack(record: RequestRecord, holder: Holder): Promise<Result<void>> {
    for (const half of halves) {
      const rows = await this.effects.ofHolder('request', record.id);
      if (rows.some((row) => row.step === lendKind[half] && isOpen(row))) await this.runner.run(holder, settleOnly(this.lending(record, half)));
      for (const row of rows.filter((one) => one.kind === takeBackKind[half] && isOpen(one))) await this.runner.run(holder, await this.takingBack(record, half, row.step));
      const stands = await this.stands(record, half);
      if (!stands.ok) return stands;
      if (!stands.value) continue;
      const end = await this.runner.run(holder, await this.takingBack(record, half, `${takeBackKind[half]}@${holder.fence}`));
      if (end.end !== 'confirmed') return no(refusalOfEnd(end));
    }
    for (const half of halves) {
      const stands = await this.stands(record, half);
      if (!stands.ok) return stands;
      if (stands.value) return no({ code: 'loan.stands', summary: `The loan of ${guestName(record.content.target)} still stands.`, observed: `the ${half} half is in the ACL list`, next: 'Take it back in Proxmox (pveum acl delete).' });
    }
    return ok(undefined);
  }

  /** Without Sys.Audit on /access Proxmox answers 200 with a shorter list (Proxmox VE 8.4): a grant not seen is not a grant gone. */
  private async wholeAcl(): Promise<Observed<readonly AclRow[]>> {
    const { reader } = this.cluster;
    const [acl, own] = [await reader.acl(), await reader.permissions()];
    if (!acl.ok) return acl;
    if (!own.ok) return own;
    return own.value['/access']?.includes('Sys.Audit') === true ? acl : notObserved('access/acl', 'the reflect token does not hold Sys.Audit on /access, so the list may be cut');
  }

  private async stands(record: RequestRecord, half: Half): Promise<Result<boolean>> {
    const acl = await this.wholeAcl();
    return acl.ok ? ok(standsFor(acl.value, this.names, record.content.target.vmid, half)) : no(unreadable(acl.error.text));
  }

  private intent(record: RequestRecord, step: string, kind: EffectKind, half: Half, node: string | null): EffectDefinition<unknown>['intent'] {
    const { target } = record.content;
    return { step, kind, cluster: target.cluster, node, vmid: target.vmid, guestId: target.guestId, request: { path: `/vms/${target.vmid}`, role: loanRole, half, propagate: 0 } };
  }

  private lending(record: RequestRecord, half: Half): EffectDefinition<Rechecked> {
    const { reader } = this.cluster;
    return {
      intent: this.intent(record, lendKind[half], lendKind[half], half, nodeOf(record)), reader, task: null,
      recheck: () => recheckWindow(record, reader),
      evidence: evidenceOf,
      call: ({ fresh }) => this.lender.lend(fresh, half),
      look: () => this.looked(record, half, true),
      readBack: () => this.readBack(record, half, true),
    };
  }

  private async takingBack(record: RequestRecord, half: Half, step: string): Promise<EffectDefinition<null>> {
    const { reader } = this.cluster;
    const { target } = record.content;
    // To the guest's own node where it can be found; any node will do (the list is the cluster's).
    const place = await locate(reader, target);
    const node = place.ok ? place.value.node : null;
    return {
      intent: this.intent(record, step, takeBackKind[half], half, node), reader, task: null,
      recheck: () => Promise.resolve(ok(null)),
      evidence: () => ({ always: 'taking power away needs no evidence' }),
      call: () => this.lender.takeBack(target.vmid, half, node),
      look: () => this.looked(record, half, false),
      readBack: () => this.readBack(record, half, false),
    };
  }

  private async looked(record: RequestRecord, half: Half, wanted: boolean): ReturnType<EffectDefinition<unknown>['look']> {
    const acl = await this.wholeAcl();
    if (!acl.ok) return { kind: 'cannot-tell', observed: `${acl.error.where}: ${acl.error.text}` };
    return this.standsIn(acl.value, record, half) === wanted ? { kind: 'applied' } : { kind: 'not-applied', observed: wanted ? 'the grant does not stand' : 'the grant still stands' };
  }

  private async readBack(record: RequestRecord, half: Half, wanted: boolean): Promise<Observed<Result<unknown>>> {
    const acl = await this.wholeAcl();
    if (!acl.ok) return acl;
    const stands = this.standsIn(acl.value, record, half);
    return stands === wanted ? readAs({ half, stands }) : differs(`the ${half} half of the loan of ${guestName(record.content.target)}`, wanted ? 'granted' : 'taken back', stands ? 'granted' : 'not granted');
  }

  private standsIn(acl: readonly AclRow[], record: RequestRecord, half: Half): boolean {
    return standsFor(acl, this.names, record.content.target.vmid, half);
  }
}

const nodeOf = (record: RequestRecord): string => ('baseline' in record.state ? record.state.baseline.node : record.content.node);

const unreadable = (text: string): Refusal => ({ code: 'proxmox.not-observed', summary: 'Which grants stand could not be read.', observed: text, next: 'Give the reflect token Sys.Audit on /access back, or repair the connection.' });

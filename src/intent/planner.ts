// From a branch to a kept plan (worker). Everything read is handed to one pure function; what it decides is stored as it is (P1).
import { type LinkStore, type ClusterAccess, type Clusters, type EndpointsService } from '../endpoints';
import { volumesOf, type GuestLink } from '../guest';
import { no, ok, refuse, type Fault, type GuestId, type Observed, type Result } from '../kernel';
import type { NetBoxAccess, NetBoxes } from '../netbox';
import type { Policy, PolicyVersion } from '../policy';
import { readBranchContent } from './branch-reader';
import { readAuthority, type OwnRights } from './authority-reader';
import { adoptionWish } from './core/adopt/wish';
import { nobodyAsked } from './core/authority';
import { contentDigest, userKey, type BranchContent } from './core/branch-content';
import { nodeOf } from './core/demands';
import { draftBranch } from './core/draft';
import { isOptedOut, type Allocation, type PlanInput } from './core/draft-parts';
import { customField, isSet, wholeOf } from './core/fields';
import { groupByGuest, type GuestChange } from './core/grouping';
import { makePlan } from './core/make-plan';
import { movesOf } from './core/migration';
import type { Plan, PlanSource } from './core/plan';
import { netboxClusterId } from './core/which-cluster';
import type { ClusterWorld } from './core/world';
import { notConnected, observeCluster, observeMigrations, observeNodes } from './observe';
import type { PastStore } from './past.store';
import { planPolicyOf } from './plan-policy';
import type { PlanStore } from './plan.store';
import { judgeAll } from './rules';

export class Planner {
  constructor(
    private readonly netboxes: NetBoxes,
    private readonly endpoints: EndpointsService,
    private readonly links: LinkStore,
    private readonly plans: PlanStore,
    private readonly policy: () => Promise<PolicyVersion>,
    private readonly past: PastStore,
    private readonly ownRights: OwnRights,
  ) {}

  /**
   * Plans a branch. Refused: instance unknown, branch absent. Not observed: NetBox cannot be read. Authors are read from the
   * branch's own change log, which NetBox keeps readable only while the branch is `ready`; `knownAuthors` serves afterwards.
   */
  async planBranch(netboxName: string, branchId: number, madeBy: string, knownAuthors: readonly string[] = [], kind: PlanSource['kind'] = 'branch'): Promise<Observed<Result<Plan>>> {
    const netbox = this.netboxes.get(netboxName);
    if (netbox === undefined) return ok(refuse('netbox.unknown', `There is no NetBox instance ${netboxName}.`, `configured: ${[...this.netboxes.keys()].join(', ')}`, 'Use one of the configured names.'));
    const read = await readBranchContent(netbox.reader, branchId, netbox.fields, kind);
    if (!read.ok) return read;
    if (read.value.kind === 'absent') return ok(refuse('branch.unknown', `NetBox ${netboxName} has no branch ${branchId}.`, 'NetBox answered 404', 'Look whether the branch was deleted.'));
    const known = kind === 'branch' ? knownAuthors : await this.authorsOfMerged(netboxName, branchId);
    const content: BranchContent = kind === 'branch' && read.value.content.authors.length > 0 ? read.value.content : { ...read.value.content, authors: [...new Set([...read.value.content.authors, ...known])] };
    const policy = await this.policy();
    const input = await this.gather(netbox, content, policy.body, kind);
    const made = makePlan(input, judgeAll, policy.version, sourceOf(netboxName, content, kind));
    return ok(ok(await this.plans.keep({ made, changeDigest: read.value.changeDigest, madeBy, expiresAfterSeconds: policy.body.plan.expiresAfterSeconds })));
  }

  /** Whoever wrote what is taken back now: the plan that was merged knows them, while NetBox shows its change log only of a ready branch. */
  private async authorsOfMerged(netbox: string, branchId: number): Promise<readonly string[]> {
    return (await this.plans.newestOf(netbox, branchId))?.content.source.authors ?? [];
  }

  private async gather(netbox: NetBoxAccess, content: BranchContent, policy: Policy, kind: PlanSource['kind']): Promise<PlanInput> {
    const grouped = groupByGuest(content.diffs, content.lookups);
    const byCluster = new Map<number, GuestChange[]>();
    for (const guest of grouped.guests) {
      const id = netboxClusterId(guest, { content });
      if (id !== null) byCluster.set(id, [...(byCluster.get(id) ?? []), guest]);
    }
    const links = new Map(await this.links.ofNetBoxVms(netbox.name, grouped.guests.map((guest) => guest.netboxVmId)));
    const allocations = new Map<number, Allocation>();
    const worlds = new Map<number, ClusterWorld>();
    const adopting = { ids: new Map<number, GuestId>(), links: [] as GuestLink[] };
    for (const [netboxClusterIdentity, guests] of byCluster) {
      const access = accessOf(this.endpoints.clusters, netbox.name, content.lookups.clusters.get(netboxClusterIdentity));
      if (access === undefined) continue;
      // A revert makes and takes in nothing.
      const wanting = kind === 'revert' ? [] : guests;
      await this.allocate(access, netbox, wanting, links, allocations);
      const adoptions = adoptionsOf(wanting, { links, fields: netbox.fields });
      const world = await this.observe(access, guests.flatMap((guest) => links.get(guest.netboxVmId) ?? []), templatesOf(wanting, netbox.fields.template), adoptions.map(({ vmid }) => vmid));
      worlds.set(netboxClusterIdentity, world);
      await this.rememberAdoptions(netbox, adoptions, world, adopting);
    }
    const input: PlanInput = { content, ...grouped, fields: netbox.fields, worlds, links, allocations, adopting, beingDeleted: await this.links.beingDeleted([...links.values()].map((link) => link.guestId)), limits: policy.limits, policy: planPolicyOf(policy), authority: nobodyAsked, revert: kind === 'revert' ? { destroyed: await this.past.destroyed([...links.values()].map((link) => link.guestId)) } : null };
    const seen: PlanInput = { ...input, worlds: await this.withNodes(input) };
    return isOptedOut(seen) ? seen : { ...seen, authority: await readAuthority(netbox, content, draftBranch(seen), this.ownRights) };
  }

  private async observe(access: ClusterAccess, links: readonly GuestLink[], templates: readonly unknown[], adopts: readonly number[]): Promise<ClusterWorld> {
    const identity = await this.endpoints.look(access.settings.name);
    if (!identity.ok) return notConnected({ ...access.settings, identity: 'unseen' }, identity.error);
    const world = await observeCluster(access, identity.value, links, templates, await this.links.everUsed(access.settings.name, links.map((link) => link.guestId)), adopts);
    if (world.guests.ok) await this.links.noteSeen(access.settings.name, world.guests.value.map((row) => row.vmid).filter((vmid) => vmid >= access.settings.vmidRange.first && vmid <= access.settings.vmidRange.last));
    return world;
  }

  /** The guest ids that would be written, and whom the guests and the markers that they bear belong to already. */
  private async rememberAdoptions(netbox: NetBoxAccess, adoptions: readonly Adoption[], world: ClusterWorld, adopting: { readonly ids: Map<number, GuestId>; readonly links: GuestLink[] }): Promise<void> {
    if (adoptions.length === 0) return;
    for (const { netboxVmId } of adoptions) adopting.ids.set(netboxVmId, await this.links.idToAdopt(netbox.name, netboxVmId));
    const markers = adoptions.flatMap(({ vmid }) => {
      const seen = world.observed.get(vmid);
      return seen?.ok === true && seen.value.config.description.marker.kind === 'one' ? [seen.value.config.description.marker.guestId] : [];
    });
    adopting.links.push(...await this.links.knownBy(world.settings.name, adoptions.map(({ vmid }) => vmid), markers));
  }

  /** The draft is made twice: the first names the nodes whose size, storages and bridges the second is judged with. */
  private async withNodes(input: PlanInput): Promise<ReadonlyMap<number, ClusterWorld>> {
    const { actions } = draftBranch(input);
    const worlds = new Map(input.worlds);
    for (const [id, world] of input.worlds) {
      const here = actions.filter((action) => action.cluster === world.settings.name);
      const moves = here.flatMap((action) => (action.kind === 'update' ? movesOf(action) : []));
      const nodes = [...new Set([...here.map(nodeOf), ...moves.map(({ target }) => target)])].sort();
      const volumes = here.flatMap((action) => (action.kind === 'create' ? volumesOf(action.spec).map((volume) => ({ ...volume, node: action.spec.node })) : []));
      const access = this.endpoints.clusters.get(world.settings.name);
      if (access !== undefined && nodes.length > 0) worlds.set(id, await observeMigrations(access, await observeNodes(access, world, nodes, volumes), moves));
    }
    return worlds;
  }

  private async allocate(access: ClusterAccess, netbox: NetBoxAccess, guests: readonly GuestChange[], links: Map<number, GuestLink>, allocations: Map<number, Allocation>): Promise<void> {
    const creates = guests.filter((guest) => guest.vm?.action === 'create');
    const missing = creates.filter((guest) => !stands(links.get(guest.netboxVmId)));
    if (missing.length > 0) {
      const taken = await access.reader.guests();
      if (!taken.ok) return;
      for (const guest of missing) {
        const wanted = customField(guest.vm?.modified ?? {}, netbox.fields.vmid);
        const link = await this.links.allocate({
          netbox: netbox.name, netboxVmId: guest.netboxVmId, cluster: access.settings.name, kind: customField(guest.vm?.modified ?? {}, netbox.fields.kind) === 'lxc' ? 'lxc' : 'qemu',
          range: access.settings.vmidRange, wanted: wholeOf(wanted), taken: new Set(taken.value.map((row) => row.vmid)),
        });
        if (link !== null) links.set(guest.netboxVmId, link);
      }
    }
    for (const guest of creates) {
      const link = links.get(guest.netboxVmId);
      if (link?.state === 'allocated' && link.uuid !== null) allocations.set(guest.netboxVmId, { guestId: link.guestId, vmid: link.vmid, uuid: link.uuid });
    }
  }
}

interface Adoption { readonly netboxVmId: number; readonly vmid: number }
const adoptionsOf = (guests: readonly GuestChange[], input: Pick<PlanInput, 'links' | 'fields'>): readonly Adoption[] => guests.flatMap((guest) => {
  const vmid = adoptionWish(guest, input);
  return vmid === null ? [] : [{ netboxVmId: guest.netboxVmId, vmid }];
});

/** What the branch names as templates, by VMID or name. */
const templatesOf = (guests: readonly GuestChange[], field: string): readonly unknown[] => guests.filter((guest) => guest.vm?.action === 'create').map((guest) => customField(guest.vm?.modified ?? {}, field)).filter(isSet);

const stands = (link: GuestLink | undefined): boolean => link !== undefined && link.state !== 'gone';

const accessOf = (clusters: Clusters, netbox: string, netboxCluster: string | undefined): ClusterAccess | undefined =>
  [...clusters.values()].find((access) => access.settings.netbox === netbox && access.settings.netboxCluster === netboxCluster);

const sourceOf = (netbox: string, content: BranchContent, kind: PlanSource['kind']): PlanSource => ({
  kind, netbox, branchId: content.branch.id, branchName: content.branch.name, changeIds: content.diffs.map((diff) => diff.id).sort((a, b) => a - b),
  contentDigest: contentDigest(content.diffs), owner: content.branch.owner === null ? null : userKey(netbox, content.branch.owner.id), authors: [...content.authors].sort(),
});

/** What a fault of reading NetBox means for a plan that was asked for. */
export const planFault = (fault: Fault) => no({ code: 'netbox.not-observed', summary: 'The branch could not be read, so it is not planned.', observed: `${fault.where}: ${fault.text}`, next: 'Repair the connection to NetBox, then ask again.' });

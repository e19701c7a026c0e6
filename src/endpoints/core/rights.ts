// Carries P15: every token is compared with exactly the table "Tokens at Proxmox". A privilege too many, one on a path that is
// not in the table, or an answer that cannot be read is never "probably fine".
import type { ClusterSettings } from '../../guest';
import type { Observed } from '../../kernel';
import type { Permissions, PoolRow } from '../../proxmox/ports';
import { intakeRights, loanRights, managedRights, type TokenName } from './token-table';

export type RightsVerdict =
  | { readonly verdict: 'exact' }
  | { readonly verdict: 'missing' | 'broader' | 'unreadable'; readonly observed: string };

const auditByRoot: Readonly<Record<string, readonly string[]>> = { '/nodes': ['Sys.Audit'], '/vms': ['VM.Audit'], '/storage': ['Datastore.Audit'], '/pool': ['Pool.Audit'], '/sdn': ['SDN.Audit'], '/mapping': ['Mapping.Audit'] };

interface Allowed { readonly must: readonly string[]; readonly may: readonly string[] }
const none: Allowed = { must: [], may: [] };
const exactly = (privileges: readonly string[]): Allowed => ({ must: privileges, may: privileges });
const atMost = (privileges: readonly string[]): Allowed => ({ must: [], may: privileges });

/** What set-up adds on the pools that are named for it; without them `right.disk` and `right.migrate` refuse. */
function onManaged(pool: string, { diskPools, migratePools }: ClusterSettings): Allowed {
  const named = (pools: readonly string[] | undefined, privilege: string): Allowed => (pools === undefined ? atMost([privilege]) : pools.includes(pool) ? exactly([privilege]) : none);
  const extras = [named(diskPools, 'VM.Config.Disk'), named(migratePools, 'VM.Migrate')];
  return { must: [...managedRights, ...extras.flatMap(({ must }) => must)], may: [...managedRights, ...extras.flatMap(({ may }) => may)] };
}

/** What the table says about one path. `pools` tells whose guest `/vms/ID` is. */
function allowedAt(token: TokenName, path: string, settings: ClusterSettings, pools: readonly PoolRow[]): Allowed {
  const [, root = '', name = ''] = /^(\/[a-z]*)(?:\/(.*))?$/.exec(path) ?? [];
  const poolOf = (vmid: string): string | undefined => pools.find((pool) => pool.members.some((member) => String(member) === vmid))?.id;
  switch (token) {
    case 'reflect': {
      if (path === '/' || root === '/access') return atMost(['Sys.Audit']);
      const audits = auditByRoot[root] ?? [];
      return { must: name === '' ? audits : [], may: [...audits, 'Pool.Audit', ...(root === '/vms' ? ['VM.GuestAgent.Audit', 'VM.Monitor'] : [])] };
    }
    case 'create': {
      if (path === `/pool/${settings.intakePool}`) return exactly(intakeRights);
      if (root === '/pool') return settings.managedPools.includes(name) ? exactly(['Pool.Allocate']) : atMost(['VM.Clone']);
      if (root === '/storage') return atMost(['Datastore.AllocateSpace', 'Datastore.Audit']);
      if (root === '/sdn') return atMost(['SDN.Use']);
      if (root === '/vms') return poolOf(name) === settings.intakePool ? atMost(intakeRights) : settings.managedPools.includes(poolOf(name) ?? '') ? atMost(['Pool.Allocate']) : atMost(['VM.Clone']);
      return none;
    }
    case 'update': {
      if (root === '/pool') return settings.managedPools.includes(name) ? onManaged(name, settings) : none;
      if (root === '/storage') return settings.diskPools?.length === 0 ? none : atMost(['Datastore.AllocateSpace']);
      if (root === '/sdn') return atMost(['SDN.Use']);
      return root === '/vms' && settings.managedPools.includes(poolOf(name) ?? '') ? atMost(onManaged(poolOf(name) ?? '', settings).may) : none;
    }
    case 'lender': {
      if (root === '/pool') return settings.deletablePools.includes(name) ? exactly(loanRights) : none;
      return root === '/vms' && settings.deletablePools.includes(poolOf(name) ?? '') ? atMost(loanRights) : none;
    }
    case 'destroy': return none;
  }
}

/** Paths that must be there, whatever else is. */
function neededPaths(token: TokenName, settings: ClusterSettings): readonly string[] {
  switch (token) {
    case 'reflect': return Object.keys(auditByRoot).filter((path) => path !== '/mapping' && path !== '/sdn');
    case 'create': return [`/pool/${settings.intakePool}`, ...settings.managedPools.map((pool) => `/pool/${pool}`)];
    case 'update': return settings.managedPools.map((pool) => `/pool/${pool}`);
    case 'lender': return settings.deletablePools.map((pool) => `/pool/${pool}`);
    case 'destroy': return [];
  }
}

/**
 * Compares what `GET /access/permissions` told a token about itself with the table. Outside a loan the destroy token must hold
 * nothing at all. Source: Proxmox VE 8.4, recordings/proxmox/least-privilege.md section 4.
 */
export function judgeRights(token: TokenName, permissions: Observed<Permissions>, settings: ClusterSettings, pools: Observed<readonly PoolRow[]>): RightsVerdict {
  if (!permissions.ok) return { verdict: 'unreadable', observed: `${permissions.error.where}: ${permissions.error.text}` };
  if (!pools.ok) return { verdict: 'unreadable', observed: `${pools.error.where}: ${pools.error.text}` };
  const broader: string[] = [];
  const missing: string[] = [];
  for (const [path, privileges] of Object.entries(permissions.value)) {
    const allowed = allowedAt(token, path, settings, pools.value);
    const extra = privileges.filter((privilege) => !allowed.may.includes(privilege));
    const lacks = allowed.must.filter((privilege) => !privileges.includes(privilege));
    if (extra.length > 0) broader.push(`${path}: ${extra.join(', ')}`);
    if (lacks.length > 0) missing.push(`${path}: ${lacks.join(', ')}`);
  }
  for (const path of neededPaths(token, settings)) {
    const must = allowedAt(token, path, settings, pools.value).must;
    if (permissions.value[path] === undefined) missing.push(`${path}: ${must.join(', ')}`);
  }
  if (broader.length > 0) return { verdict: 'broader', observed: `more than the table allows: ${broader.join('; ')}` };
  if (missing.length > 0) return { verdict: 'missing', observed: `missing: ${missing.join('; ')}` };
  return { verdict: 'exact' };
}

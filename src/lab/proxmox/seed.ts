// The first state of a simulated cluster: nodes, guests as given, and the rights of Sluice's tokens as an administrator is
// told to set them up.
import { insideWith } from './agent-facts';
import type { ProxmoxSimOptions, SeedGuest } from './options';
import { newGuest } from './calls/create-vm';
import { builtInRoles } from './roles';
import { intakePool, sluiceAcls, sluiceRoles, tokenIdOf, tokenNames, userOf, type SluiceRights } from './sluice-rights';
import type { ClusterState, Guest } from './state';
import { storagesOf } from './storages';
import { addGuestVolumes, formatOf, splitVolid } from './volumes';

export const rootToken = 'root@pam!lab';

export function seededState(options: ProxmoxSimOptions, certificate: ClusterState['certificate'], now: number): ClusterState {
  const { seed } = options;
  const pools = new Set([...seed.pools, ...(seed.rights === undefined ? [] : poolsOf(seed.rights)), ...seed.guests.flatMap((guest) => guest.pool ?? [])]);
  const state: ClusterState = {
    format: 1, name: options.clusterName, certificate, quorate: true, clockOffset: 0, lastPid: 1000,
    nodes: options.nodes.map(newNode),
    guests: {}, volumes: {}, storages: storagesOf(options.storages), pools: Object.fromEntries([...pools].map((pool) => [pool, { comment: '' }])), poolOf: {},
    users: { 'root@pam': { enable: true, expire: 0, comment: '' } }, tokens: { [rootToken]: { secret: options.rootTokenSecret, privsep: false, expire: 0, comment: 'of the lab, not of Sluice' } },
    roles: { ...builtInRoles(options.version) }, acl: [], tasks: [], haGuests: [], replicated: [], options: {}, statistics: {}, statisticsAt: 0,
  };
  for (const each of seed.guests) addGuest(state, options, each, now);
  for (const { volid, gib } of seed.images ?? []) {
    const { storage, name } = splitVolid(volid);
    state.volumes[volid] = { storage, content: name.startsWith('vztmpl/') ? 'vztmpl' : name.startsWith('snippets/') ? 'snippets' : 'iso', owner: null, node: null, bytes: Math.round(gib * 1024 ** 3), format: formatOf(name), created: now, parent: null, stuck: false };
  }
  if (seed.rights !== undefined) addSluice(state, seed.rights);
  return state;
}

export const newNode = (name: string, index: number): ClusterState['nodes'][number] => ({ name, id: index + 1, online: true, ip: `10.99.0.${index + 1}` });

const poolsOf = (rights: SluiceRights): readonly string[] => [intakePool, ...rights.managedPools, ...rights.deletablePools, ...(rights.templatesPool === undefined ? [] : [rights.templatesPool])];

function addGuest(state: ClusterState, options: ProxmoxSimOptions, seed: SeedGuest, now: number): void {
  const guest: Guest = newGuest(seed.vmid, seed.kind, seed.node, { ...seed.config, ...(seed.protection === true ? { protection: '1' } : {}) });
  state.lastPid += 3;
  if (seed.running === true) guest.power = { pid: state.lastPid, since: now - 3600, paused: false };
  guest.inside = insideWith(seed.agent ?? { state: 'running' });
  state.guests[seed.vmid] = guest;
  if (seed.pool !== undefined) state.poolOf[seed.vmid] = seed.pool;
  addGuestVolumes(state, guest, now);
}

function addSluice(state: ClusterState, rights: SluiceRights): void {
  Object.assign(state.roles, sluiceRoles);
  for (const token of tokenNames) {
    state.users[userOf(token)] = { enable: true, expire: 0, comment: `Sluice: ${token}` };
    state.tokens[tokenIdOf(token)] = { secret: rights.secrets[token], privsep: true, expire: 0, comment: '' };
  }
  state.acl = sluiceAcls(rights);
}

// Acts of a third party: somebody at the console or with an administrator's rights does something between two requests of
// Sluice. They bypass ACLs and locks, as root at the shell does, and are what the adversary in the tests is made of.
import { randomUUID } from 'node:crypto';
import { exhaustive } from '../../../kernel';
import { insideWith } from '../agent-facts';
import { keepBackup } from '../backups';
import { newGuest } from '../calls/create-vm';
import { forgetRights } from '../calls/destroy';
import type { Cluster } from '../cluster';
import { digestOf, textAndDigest, touched } from '../config-text';
import { newMac } from '../devices';
import { setResource } from '../ha';
import { powerOff, powerOn } from '../power-state';
import { newNode } from '../seed';
import { takeSnapshot } from '../snapshots';
import { volumesOf } from '../property-values';
import type { Entries, Guest } from '../state';
import { addGuestVolumes, ownerOf } from '../volumes';
import type { Act, NewGuestFacts } from './protocol';

/** A mistake in the order itself: the control answers 400 with it. */
export class BadAct extends Error {}

export function perform(cluster: Cluster, act: Act): unknown {
  cluster.tick();
  const result = apply(cluster, act);
  cluster.commit();
  return result;
}

function apply(cluster: Cluster, act: Act): unknown {
  const { state } = cluster;
  switch (act.act) {
    case 'destroy': return destroy(cluster, guestOf(cluster, act.vmid));
    case 'create': return create(cluster, act.vmid, act.pool, act, null);
    case 'recycle': return recycle(cluster, act.vmid, act.pool, act);
    case 'set-config': return edit(guestOf(cluster, act.vmid), (guest) => {
      Object.assign(guest.main, act.set ?? {});
      for (const key of act.drop ?? []) delete guest.main[key];
    });
    case 'rename': return edit(guestOf(cluster, act.vmid), (guest) => { guest.main[guest.kind === 'lxc' ? 'hostname' : 'name'] = act.name; });
    case 'lock': return edit(guestOf(cluster, act.vmid), (guest) => { guest.main['lock'] = act.lock; });
    case 'unlock': return edit(guestOf(cluster, act.vmid), (guest) => { delete guest.main['lock']; });
    case 'agent': {
      const guest = guestOf(cluster, act.vmid);
      const agent = { ...(guest.inside?.agent ?? { state: 'running' }), ...act.facts };
      guest.inside = guest.inside === undefined ? insideWith(agent) : { ...guest.inside, agent };
      return null;
    }
    case 'protect': return edit(guestOf(cluster, act.vmid), (guest) => {
      if (act.on) guest.main['protection'] = '1';
      else delete guest.main['protection'];
    });
    case 'snapshot': return edit(guestOf(cluster, act.vmid), (guest) => { takeSnapshot(guest, act.name, '', cluster.now()); });
    case 'move-to-node': {
      nodeOf(cluster, act.node);
      guestOf(cluster, act.vmid).node = act.node;
      return null;
    }
    case 'start': {
      const guest = guestOf(cluster, act.vmid);
      if (guest.power === null) powerOn(cluster, guest);
      return null;
    }
    case 'stop': {
      const guest = guestOf(cluster, act.vmid);
      if (guest.power !== null) powerOff(cluster, guest);
      return null;
    }
    case 'pause': {
      const { power } = guestOf(cluster, act.vmid);
      if (power !== null) power.paused = true;
      return null;
    }
    case 'ignore-shutdown': {
      guestOf(cluster, act.vmid).deaf = true;
      return null;
    }
    // Somebody puts it under HA as it is: running guests go on, stopped ones are left alone.
    case 'ha': setResource(cluster, act.vmid, act.on ? { state: guestOf(cluster, act.vmid).power === null ? 'stopped' : 'started' } : null); return null;
    case 'replication': state.replicated = switched(state.replicated, guestOf(cluster, act.vmid).vmid, act.on); return null;
    case 'pool': {
      if (act.pool !== null && state.pools[act.pool] === undefined) throw new BadAct(`no pool ${act.pool}`);
      if (act.pool === null) delete state.poolOf[act.vmid];
      else state.poolOf[act.vmid] = act.pool;
      return null;
    }
    case 'node': nodeOf(cluster, act.node).online = act.online; return null;
    case 'member': return setMember(cluster, act.node, act.member);
    case 'quorum': state.quorate = act.quorate; return null;
    case 'acl': {
      if (state.roles[act.role] === undefined) throw new BadAct(`no role ${act.role}`);
      const kept = state.acl.filter((entry) => !(entry.path === act.path && entry.role === act.role && entry.holder === act.holder));
      state.acl = act.grant ? [...kept, { path: act.path, role: act.role, holder: act.holder, type: act.holder.includes('!') ? 'token' : 'user', propagate: act.propagate ?? false }] : kept;
      return null;
    }
    case 'revoke-token': {
      if (state.tokens[act.token] === undefined) throw new BadAct(`no token ${act.token}`);
      delete state.tokens[act.token];
      state.acl = state.acl.filter((entry) => entry.holder !== act.token);
      return null;
    }
    case 'cluster-options': {
      Object.assign(state.options, act.set ?? {});
      for (const name of act.drop ?? []) delete state.options[name];
      return null;
    }
    case 'backup': return backUp(cluster, guestOf(cluster, act.vmid), act.storage);
    case 'hold-volume': {
      const volume = state.volumes[act.volid];
      if (volume === undefined) throw new BadAct(`no volume ${act.volid}`);
      volume.stuck = act.held;
      return null;
    }
    default: return exhaustive(act);
  }
}

const guestOf = (cluster: Cluster, vmid: number): Guest => {
  const guest = cluster.guest(vmid);
  if (guest === null) throw new BadAct(`no guest ${vmid}`);
  return guest;
};

function nodeOf(cluster: Cluster, name: string): Cluster['state']['nodes'][number] {
  const node = cluster.state.nodes.find((each) => each.name === name);
  if (node === undefined) throw new BadAct(`no node ${name}`);
  return node;
}

function setMember(cluster: Cluster, name: string, member: boolean): null {
  const index = cluster.options.nodes.indexOf(name);
  if (index < 0) throw new BadAct(`no node ${name} in the options`);
  const { state } = cluster;
  const others = state.nodes.filter((node) => node.name !== name);
  state.nodes = member ? [...others, newNode(name, index)].sort((a, b) => a.id - b.id) : others;
  return null;
}

const switched = (list: readonly number[], vmid: number, on: boolean): number[] => [...list.filter((other) => other !== vmid), ...(on ? [vmid] : [])];

function edit(guest: Guest, change: (guest: Guest) => void): { readonly digest: string } {
  change(guest);
  touched(guest);
  return { digest: digestOf(guest) };
}

function destroy(cluster: Cluster, guest: Guest): null {
  for (const volid of volumesOf(guest)) if (ownerOf(volid) === guest.vmid) delete cluster.state.volumes[volid];
  forgetRights(cluster, guest.vmid);
  setResource(cluster, guest.vmid, null);
  cluster.state.replicated = switched(cluster.state.replicated, guest.vmid, false);
  delete cluster.state.guests[guest.vmid];
  return null;
}

function create(cluster: Cluster, vmid: number, pool: string | undefined, facts: NewGuestFacts, predecessor: Guest | null): { readonly digest: string; readonly config: Entries } {
  if (cluster.guest(vmid) !== null) throw new BadAct(`VMID ${vmid} is taken`);
  if (pool !== undefined && cluster.state.pools[pool] === undefined) throw new BadAct(`no pool ${pool}`);
  const kind = facts.kind ?? predecessor?.kind ?? 'qemu';
  const node = nodeOf(cluster, facts.node ?? predecessor?.node ?? cluster.state.nodes[0]?.name ?? '').name;
  const defaults: Entries = kind === 'qemu'
    ? { name: `guest-${vmid}`, memory: '512', cores: '1', ostype: 'l26', boot: ' ', smbios1: `uuid=${randomUUID()}`, vmgenid: randomUUID(), meta: `creation-qemu=9.2.0,ctime=${cluster.now()}`, net0: `virtio=${newMac()},bridge=${cluster.options.bridges[0] ?? 'vmbr0'}` }
    : { hostname: `guest-${vmid}`, arch: 'amd64', memory: '512', swap: '512', ostype: 'debian', unprivileged: '1', net0: `name=eth0,bridge=${cluster.options.bridges[0] ?? 'vmbr0'},hwaddr=${newMac()},type=veth` };
  const guest = newGuest(vmid, kind, node, { ...defaults, ...facts.config });
  guest.inside = insideWith({ state: 'running' });
  cluster.state.guests[vmid] = guest;
  addGuestVolumes(cluster.state, guest, cluster.now());
  if (pool !== undefined) cluster.state.poolOf[vmid] = pool;
  if (facts.running === true) powerOn(cluster, guest);
  return { digest: textAndDigest(guest).digest, config: { ...guest.main } };
}

function recycle(cluster: Cluster, vmid: number, pool: string | undefined, facts: NewGuestFacts): unknown {
  const before = cluster.guest(vmid);
  const pools = before === null ? undefined : cluster.state.poolOf[vmid];
  if (before !== null) destroy(cluster, before);
  return create(cluster, vmid, pool === 'same' ? pools : pool, facts, before);
}

function backUp(cluster: Cluster, guest: Guest, storage: string): { readonly volid: string } {
  if (cluster.storages[storage] === undefined) throw new BadAct(`no storage ${storage}`);
  return { volid: keepBackup(cluster, guest, { storage, compress: 'zstd' }) };
}

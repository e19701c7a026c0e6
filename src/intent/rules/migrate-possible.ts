import type { GuestConfig } from '../../guest';
import { migrationKey, migrationOf, mayMigrate } from '../core/migration';
import type { Action, Finding } from '../core/plan';
import type { Step } from '../core/step';
import type { ClusterWorld } from '../core/world';
import { objectOf, refusal, worldOf, type Rule } from './rule';

type Update = Extract<Action, { readonly kind: 'update' }>;

// Proxmox notices most of this only inside the task, some of it after the guest was stopped (Proxmox VE 8.4): here before anything is sent.
export const migratePossible: Rule = {
  name: 'migrate.possible',
  judge: (draft, input) =>
    draft.actions.flatMap((action) => {
      const step = migrationOf(action);
      return action.kind !== 'update' || step === null ? [] : judgeMove(action, step.after, worldOf(input, action));
    }),
};

function judgeMove(action: Update, target: string, world: ClusterWorld | undefined): readonly Finding[] {
  const say = (observed: string, next: string): Finding => refusal('migrate.possible', objectOf(action), observed, next);
  const unknown = (what: string): readonly Finding[] => [say(`${what} is not known`, 'Repair what keeps it from being read, then plan again.')];
  const seen = world?.observed.get(action.target.vmid);
  if (world === undefined || !world.status.ok || seen?.ok !== true) return unknown(`whether it can go to node ${target}`);
  const node = world.status.value.nodes.find((each) => each.name === target);
  if (node === undefined) return [say(`cluster ${action.cluster} has no node ${target}`, `Name one of: ${world.status.value.nodes.map((each) => each.name).join(', ')}.`)];
  if (!node.online) return [say(`node ${target} is offline`, 'Wait until the node is back, or name another one.')];
  const { config } = seen.value;
  return [...ofStorages(world, target, storagesOf(config, action.steps)), ...ofBinds(config), ...ofBridges(world, target, bridgesOf(config, action.steps)), ...ofSize(world, target, config, action.steps), ...ofProxmox(world, action, target)].map(([observed, next]) => say(observed, next));
}

type Trouble = readonly [observed: string, next: string];
const read: string = 'Repair what keeps the node from being read, then plan again.';

/** Disks as they will be: what is made before the move goes along. */
const storagesOf = (config: GuestConfig, steps: readonly Step[]): readonly string[] =>
  [...new Set([...config.disks.filter((disk) => !isBind(disk.volume)).map((disk) => disk.storage), ...steps.flatMap((step) => (step.kind === 'disk-add' ? [step.storage] : []))])].filter((id) => id !== '').sort();

function ofStorages(world: ClusterWorld, target: string, ids: readonly string[]): readonly Trouble[] {
  const rows = world.storages.get(target);
  if (rows?.ok !== true) return [[`the storages of node ${target} are not known`, read]];
  return ids.flatMap((id): readonly Trouble[] => {
    const row = rows.value.find((each) => each.id === id);
    if (row === undefined) return [[`node ${target} has no storage ${id}`, 'Move the disk in Proxmox to a storage that both nodes have, or name another node.']];
    if (!row.isShared) return [[`it has a disk on ${id}, which is local to its node`, 'Sluice copies no disks: move the disk in Proxmox to a shared storage first.']];
    return row.active ? [] : [[`storage ${id} is not active on ${target}`, 'Bring it back or name another node.']];
  });
}

const isBind = (volume: string): boolean => volume.startsWith('/');

/** A directory of the node itself, unless somebody said that every node has it. */
const ofBinds = (config: GuestConfig): readonly Trouble[] =>
  Object.entries(config.raw).filter(([key, value]) => /^mp\d+$/.test(key) && isBind(value) && !/,shared=1(?:,|$)/.test(value)).map(([key]): Trouble => [`${key} is a directory of its node`, 'Take the mount point out in Proxmox, or name no other node.']);

function bridgesOf(config: GuestConfig, steps: readonly Step[]): readonly string[] {
  const written = new Map(steps.flatMap((step) => (step.kind === 'nic' ? [[step.slot, step.after] as const] : [])));
  const kept = config.nics.filter((nic) => !written.has(nic.slot)).map((nic) => nic.bridge);
  const next = [...written.values()].map((property) => /(?:^|,)bridge=([^,]+)/.exec(property ?? '')?.[1] ?? null);
  return [...new Set([...kept, ...next].filter((bridge) => bridge !== null))].sort();
}

function ofBridges(world: ClusterWorld, target: string, names: readonly string[]): readonly Trouble[] {
  const bridges = world.bridges.get(target);
  if (names.length === 0) return [];
  if (bridges?.ok !== true) return [[`the bridges of node ${target} are not known`, read]];
  return names.filter((name) => !bridges.value.includes(name)).map((name): Trouble => [`node ${target} has no bridge ${name}`, 'Make the bridge there, or name another node.']);
}

function ofSize(world: ClusterWorld, target: string, config: GuestConfig, steps: readonly Step[]): readonly Trouble[] {
  const facts = world.nodes.get(target);
  if (facts?.ok !== true) return [[`the size of node ${target} is not known`, read]];
  const cores = steps.reduce((have, step) => (step.kind === 'cores' ? step.after : have), config.cores * config.sockets);
  const memory = steps.reduce((have, step) => (step.kind === 'memory' ? step.after : have), config.memoryMib);
  return [
    ...(cores > facts.value.cores ? [[`it has ${cores} cores, node ${target} has ${facts.value.cores}`, 'Name a bigger node.'] as const] : []),
    ...(memory > facts.value.memoryMib ? [[`it has ${memory} MiB of memory, node ${target} has ${facts.value.memoryMib}`, 'Name a bigger node.'] as const] : []),
  ];
}

/** Proxmox's own word, which it has for VMs only (VE 8.4). Without the right nobody could ask: that is refused by right.migrate. */
function ofProxmox(world: ClusterWorld, action: Update, target: string): readonly Trouble[] {
  if (action.target.kind !== 'qemu' || !mayMigrate(world, action.target.vmid)) return [];
  const check = world.migrations.get(migrationKey(action.target.vmid, target));
  if (check?.ok !== true) return [[`what Proxmox says about node ${target} is not known${check === undefined ? '' : `: ${check.error.where}: ${check.error.text}`}`, 'Repair what keeps it from being read, then plan again.']];
  const { localDisks, localResources, obstacles } = check.value;
  return [
    ...localDisks.map((volume): Trouble => [`${volume} is local to its node`, 'Sluice copies no disks: move it in Proxmox to a shared storage, or take it out of the drive.']),
    ...localResources.map((device): Trouble => [`it uses the device ${device} of its node`, 'Take the device out in Proxmox, or name no other node.']),
    ...obstacles.map((text): Trouble => [text, 'Change what Proxmox names, or name another node.']),
  ];
}

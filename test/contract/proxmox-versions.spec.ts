// One cluster of the lab is a Proxmox VE 8.4, the other a 9.0. What an administrator is given to set Sluice up is carried out on
// both, line by line, and gives each of the five tokens exactly its rights; what differs between the two stands here. Carries P15.
import { judgeRights, setupCommands, tokenIdOf, tokenNames, userOf, type SetupOrder, type TokenName } from '../../src/endpoints';
import type { ClusterSettings } from '../../src/guest';
import { ok } from '../../src/kernel';
import { pveCaller, startProxmoxSim, type PveAnswer, type PveCaller, type RunningProxmoxSim } from '../../src/lab/proxmox';
import { labClusters } from '../../src/lab/scenario/proxmox';

type Version = '8.4' | '9.0';
const versions: readonly Version[] = ['8.4', '9.0'];
const order: Omit<SetupOrder, 'major' | 'withAgent'> = { cluster: 'bare', managedPools: ['sluice-managed', 'customer-a'], deletablePools: ['customer-a'], storages: ['vmdata'], bridges: ['vmbr0'] };
const settings: ClusterSettings = { name: 'bare', netbox: 'netbox', netboxCluster: 'bare', allowWrites: true, intakePool: 'sluice-intake', managedPools: order.managedPools, deletablePools: order.deletablePools, defaultBridge: 'vmbr0', defaultStorage: 'vmdata', vmidRange: { first: 5000, last: 5999 } };

interface Bare { readonly sim: RunningProxmoxSim; readonly root: PveCaller; as(token: TokenName): PveCaller; run(line: string): Promise<PveAnswer | null>; close(): Promise<void> }

/** A cluster that has never heard of Sluice, and `pveum` for it. */
async function bareCluster(version: Version): Promise<Bare> {
  const sim = await startProxmoxSim({
    clusterName: 'bare', version, nodes: ['pve1'], taskMillis: 0, rootTokenSecret: 'root', bridges: ['vmbr0'], storages: [{ id: 'vmdata', content: 'images,rootdir', type: 'dir', sizeGiB: 100 }],
    seed: { pools: [], guests: [], images: [{ volid: 'vmdata:vztmpl/debian-12.tar.zst', gib: 0.1 }] },
  });
  const open: PveCaller[] = [];
  const caller = (id: string, secret: string): PveCaller => {
    const made = pveCaller(sim.nodes[0]?.url ?? '', sim.caPem, { id, secret });
    open.push(made);
    return made;
  };
  const root = caller(sim.tokenIds.root, 'root');
  const secrets = new Map<string, string>();
  return {
    sim, root,
    as: (token) => caller(tokenIdOf(token), secrets.get(tokenIdOf(token)) ?? ''),
    async run(line) {
      const [, ...words] = (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'|'$/g, ''));
      const given = words.filter((word, index) => !word.startsWith('--') && words[index - 1]?.startsWith('--') !== true);
      const options = Object.fromEntries(words.flatMap((word, index) => (word.startsWith('--') ? [[word.slice(2), words[index + 1] ?? '']] : [])));
      const [what = '', , first = '', second = ''] = given;
      if (!line.startsWith('pveum ')) return null;
      if (what === 'pool') return root.call('POST', '/pools', { poolid: first });
      if (what === 'role') return root.call('POST', '/access/roles', { roleid: first, ...options });
      if (what === 'acl') return root.call('PUT', '/access/acl', { path: first, ...options });
      if (given[1] === 'add') return root.call('POST', '/access/users', { userid: first, ...options });
      const made = await root.call<{ readonly value: string }>('POST', `/access/users/${second}/token/${given[4] ?? ''}`, options);
      secrets.set(`${second}!${given[4] ?? ''}`, made.body?.data.value ?? '');
      return made;
    },
    async close() {
      for (const each of open) each.close();
      await sim.close();
    },
  };
}

const said = (answer: PveAnswer): string => `${answer.status} ${answer.body?.message?.trimEnd() ?? answer.reason}`;

it('simulates 8.4 in one cluster of the lab and 9.0 in the other', () => {
  expect(labClusters.map(({ version }) => version).sort()).toEqual(versions);
});

describe.each(versions)('a bare Proxmox VE %s after `sluice setup proxmox`', (version) => {
  const major = version === '8.4' ? 8 : 9;
  let cluster: Bare;
  beforeAll(async () => {
    cluster = await bareCluster(version);
    for (const line of setupCommands({ ...order, major, withAgent: false })) expect([line, (await cluster.run(line))?.status ?? 200]).toEqual([line, 200]);
  });
  afterAll(() => cluster.close());

  it.each(tokenNames)('P15 gives %s exactly its rights', async (token) => {
    const held = (await cluster.as(token).call<Readonly<Record<string, Readonly<Record<string, number>>>>>('GET', '/access/permissions')).body?.data ?? {};
    expect(judgeRights(token, ok(Object.fromEntries(Object.entries(held).map(([path, rights]) => [path, Object.keys(rights)]))), settings, ok([]))).toEqual({ verdict: 'exact' });
  });

  it('P15 makes a guest, hands it over, lends it and destroys it, each by the token for it', async () => {
    const made = await cluster.as('create').call('POST', '/nodes/pve1/qemu', { vmid: 5000, name: 'made', memory: 512, pool: 'sluice-intake', scsi0: 'vmdata:1', net0: 'virtio,bridge=vmbr0' });
    expect((await cluster.root.finished(made)).exitstatus).toBe('OK');
    expect(said(await cluster.as('create').call('PUT', '/pools', { poolid: 'customer-a', vms: 5000, 'allow-move': 1 }))).toBe('200 OK');
    expect(said(await cluster.as('update').call('PUT', '/nodes/pve1/qemu/5000/config', { cores: 2, description: 'changed' }))).toBe('200 OK');
    expect(said(await cluster.as('destroy').call('DELETE', '/nodes/pve1/qemu/5000'))).toBe('403 Permission check failed (/vms/5000, VM.Allocate)');
    for (const holder of [{ users: userOf('destroy') }, { tokens: tokenIdOf('destroy') }]) expect(said(await cluster.as('lender').call('PUT', '/access/acl', { path: '/vms/5000', roles: 'SluiceDestroyOne', propagate: 0, ...holder }))).toBe('200 OK');
    expect((await cluster.root.finished(await cluster.as('destroy').call('DELETE', '/nodes/pve1/qemu/5000'))).exitstatus).toBe('OK');
  });

  it('takes the role that reads the agent, and refuses that of the other version', async () => {
    const role = (of: 8 | 9): string => (setupCommands({ ...order, major: of, withAgent: true }).find((line) => line.includes('role add SluiceVmAudit')) ?? '').replace('SluiceVmAudit', `Agent${of}`);
    expect([(await cluster.run(role(8)))?.status, (await cluster.run(role(9)))?.status]).toEqual(version === '8.4' ? [200, 400] : [400, 200]);
  });
});

describe('Proxmox VE 9.0 beside 8.4', () => {
  let both: readonly Bare[] = [];
  beforeAll(async () => { both = await Promise.all(versions.map(bareCluster)); });
  afterAll(async () => { for (const cluster of both) await cluster.close(); });
  const each = (ask: (cluster: Bare) => Promise<unknown>): Promise<readonly unknown[]> => Promise.all(both.map(ask));

  it('has the same roles, and in them the rights of the agent in the place of the monitor', async () => {
    const [old = {}, now = {}] = (await each(async ({ root }) => Object.fromEntries(((await root.call<readonly { readonly roleid: string; readonly privs: string }[]>('GET', '/access/roles')).body?.data ?? []).map(({ roleid, privs }) => [roleid, privs.split(',').sort()])))) as readonly Record<string, readonly string[]>[];
    expect(Object.keys(now).sort()).toEqual(Object.keys(old).sort());
    const versioned = (privilege: string): boolean => /^VM\.(?:Monitor|GuestAgent\..*|Replicate)$/.test(privilege);
    for (const role of Object.keys(old)) expect([role, now[role]?.filter((privilege) => !versioned(privilege))]).toEqual([role, old[role]?.filter((privilege) => !versioned(privilege))]);
    const holders = (roles: Readonly<Record<string, readonly string[]>>, privilege: string): readonly string[] => Object.keys(roles).filter((role) => roles[role]?.includes(privilege)).sort();
    expect([holders(old, 'VM.GuestAgent.Audit'), holders(now, 'VM.Monitor')]).toEqual([[], []]);
    expect(holders(old, 'VM.Monitor')).toEqual(['Administrator', 'PVEAdmin', 'PVEVMAdmin']);
    expect(holders(now, 'VM.GuestAgent.Unrestricted')).toEqual(['Administrator', 'PVEAdmin', 'PVEVMAdmin']);
    expect(holders(now, 'VM.GuestAgent.Audit')).toEqual(['Administrator', 'PVEAdmin', 'PVEAuditor', 'PVEVMAdmin', 'PVEVMUser']);
  });

  it.each([
    ['a VM option', 'POST', '/nodes/pve1/qemu', { vmid: 300, 'allow-ksm': 0 }, 'allow-ksm'],
    ['HA at once', 'POST', '/nodes/pve1/qemu', { vmid: 301, 'ha-managed': 0 }, 'ha-managed'],
  ] as const)('knows %s from 9 on only', async (_what, method, path, params, name) => {
    const answers = await each(async ({ root }) => {
      const { status, body } = await root.call(method, path, params);
      return [status, Object.keys(body?.errors ?? {})];
    });
    expect(answers).toEqual([[400, [name]], [200, []]]);
  });

  it('has groups of HA before 9 and rules from 9 on', async () => {
    expect(await each(async ({ root }) => [(await root.call('GET', '/cluster/ha/groups')).status, (await root.call('GET', '/cluster/ha/rules')).status])).toEqual([[200, 501], [500, 200]]);
  });

  it('makes a container privileged before 9 and unprivileged from 9 on, unless told', async () => {
    expect(await each(async ({ root }) => {
      await root.finished(await root.call('POST', '/nodes/pve1/lxc', { vmid: 400, ostemplate: 'vmdata:vztmpl/debian-12.tar.zst', rootfs: 'vmdata:1' }));
      return (await root.call<{ readonly unprivileged?: number }>('GET', '/nodes/pve1/lxc/400/config')).body?.data.unprivileged ?? 0;
    })).toEqual([0, 1]);
  });

  it('calls what an agent does not answer a qmp command before 9, a qga command from 9 on', async () => {
    expect(await each(async ({ root }) => {
      await root.finished(await root.call('POST', '/nodes/pve1/qemu', { vmid: 501, memory: 512, agent: 1, start: 1 }));
      const stopped = await root.call<string>('POST', '/nodes/pve1/qemu/501/status/shutdown');
      await root.finished(stopped);
      const log = (await root.call<readonly { readonly t: string }[]>('GET', `/nodes/pve1/tasks/${stopped.body?.data ?? ''}/log`)).body?.data ?? [];
      return log.map(({ t }) => /VM 501 (\w+) command/.exec(t)?.[1]).find((word) => word !== undefined);
    })).toEqual(['qmp', 'qga']);
  });

  it('tells its version at each node', async () => {
    expect(await each(async ({ root }) => (await root.call<{ readonly pveversion: string }>('GET', '/nodes/pve1/status')).body?.data.pveversion.split('/')[1]?.slice(0, 1))).toEqual(['8', '9']);
    expect(await each(async ({ root }) => (await root.call<{ readonly release: string }>('GET', '/nodes/pve1/version')).body?.data.release)).toEqual(versions);
  });
});

// All five ports against the simulator over HTTPS, one guest's whole life, and the troubles in between.
import { randomUUID } from 'node:crypto';
import type { Fresh, GuestId, Observed, Upid, Vmid } from '../kernel';
import { emitDescription, identify, type GuestConfig, type GuestIdentity, type GuestSpec } from '../guest';
import { labOf, startProxmoxSim, tokenIdOf, userOf, type ProxmoxLab, type RunningProxmoxSim, type TokenName } from '../lab/proxmox';
import { openProxmox, proxmoxCreator, proxmoxReader, proxmoxUpdater, followTask, type ProxmoxCreator, type ProxmoxHttp, type ProxmoxReader, type ProxmoxUpdater, type TaskEnd, type TokenCredential, type WriteOutcome } from '.';
import { proxmoxDestroyer, type ProxmoxDestroyer } from './destroyer';
import { loanRole, proxmoxLender, type ProxmoxLender } from './lender';
import { watchedProxmox } from '../../test/setup/official/witness';

const secretOf = (name: string): string => `secret-of-${name}`;
const credential = (name: TokenName): TokenCredential => ({ id: tokenIdOf(name), secret: secretOf(name) });

function must<T>(seen: Observed<T>): T {
  if (!seen.ok) throw new Error(`${seen.error.where}: ${seen.error.text}`);
  return seen.value;
}

describe.each(['8.4', '9.0'] as const)('the five ports against the simulated Proxmox VE %s', (version) => {
  let sim: RunningProxmoxSim;
  let lab: ProxmoxLab;
  let http: ProxmoxHttp;
  let reader: ProxmoxReader;
  let creator: ProxmoxCreator;
  let updater: ProxmoxUpdater;
  let lender: ProxmoxLender;
  let destroyer: ProxmoxDestroyer;

  beforeAll(async () => {
    sim = watchedProxmox(await startProxmoxSim({
      clusterName: 'spec', version, nodes: ['pve1', 'pve2'], taskMillis: 0, rootTokenSecret: 'root-secret', bridges: ['vmbr0'], nodeCores: 8, nodeMemoryMiB: 16_384,
      storages: [{ id: 'disks', content: 'images,rootdir', type: 'lvmthin', sizeGiB: 500 }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }],
      seed: {
        pools: ['cust1'], guests: [],
        rights: { managedPools: ['sluice-managed', 'cust1'], deletablePools: ['cust1'], storages: ['disks'], bridges: ['vmbr0'], secrets: { reflect: secretOf('reflect'), create: secretOf('create'), update: secretOf('update'), lender: secretOf('lender'), destroy: secretOf('destroy') } },
      },
    }), version);
    lab = labOf(sim.nodes[0]?.url ?? '');
    http = openProxmox({ cluster: 'spec', urls: sim.nodes.map(({ name, url }) => ({ node: name, url })), caPem: sim.caPem, verifyTls: true, version }, { pause: () => Promise.resolve(), readMillis: 15_000, writeMillis: 15_000 });
    reader = proxmoxReader(http, credential('reflect'));
    creator = proxmoxCreator(http, credential('create'), 'sluice-intake');
    updater = proxmoxUpdater(http, credential('update'));
    lender = proxmoxLender(http, credential('lender'), tokenIdOf('destroy'));
    destroyer = proxmoxDestroyer(http, credential('destroy'));
  });
  afterAll(async () => {
    await http.close();
    await sim.close();
  });
  beforeEach(() => lab.clear());

  let next = 9000;
  const specOf = (node = 'pve1'): GuestSpec => ({
    kind: 'qemu', vmid: next++ as Vmid, guestId: randomUUID() as GuestId, uuid: randomUUID(), node, pool: 'cust1', name: 'web-1', origin: { kind: 'blank' }, sockets: 1, cloudInit: null, cores: 2, memoryMib: 1024, disks: [{ slot: 'scsi0', storage: 'disks', sizeMib: 8192 }], nics: [{ slot: 'net0', bridge: 'vmbr0', tag: 20, mac: 'BC:24:11:AA:BB:CC', mtu: null, isUp: true, addresses: { ip: null, gateway: null, ip6: null, gateway6: null } }],
    human: 'the web', tags: [], onBoot: false, start: false,
  });
  const followed = async (outcome: WriteOutcome): Promise<TaskEnd> => {
    if (outcome.class !== 'started') throw new Error(JSON.stringify(outcome));
    return followTask(reader, outcome.upid);
  };
  const configOf = async (spec: GuestSpec): Promise<GuestConfig> => must(await reader.guestConfig({ node: spec.node, kind: 'qemu', vmid: spec.vmid }));
  /** Evidence as `recheck` makes it, from a configuration that was just read. */
  const freshOf = async (spec: GuestSpec): Promise<Fresh<GuestIdentity>> => {
    const config = await configOf(spec);
    const identity = identify('spec', config);
    if (!identity.ok) throw new Error(identity.error.summary);
    return { value: identity.value, digest: config.digest, node: spec.node } as unknown as Fresh<GuestIdentity>;
  };
  const description = (spec: GuestSpec): string => emitDescription({ human: spec.human, guestId: spec.guestId, metadata: null });
  const made = async (spec = specOf()): Promise<GuestSpec> => {
    expect((await followed(await creator.createVm(spec, description(spec)))).kind).toBe('ok');
    expect(await creator.handOver(await freshOf(spec), spec.pool)).toEqual({ class: 'applied' });
    return spec;
  };
  const lend = async (spec: GuestSpec): Promise<void> => { for (const half of ['user', 'token'] as const) expect(await lender.lend(await freshOf(spec), half)).toEqual({ class: 'applied' }); };

  it('P11 P14 P15 a guest is made, handed over, configured, started, shut down, lent, destroyed, and its successor is refused', async () => {
    const spec = specOf();
    expect(must(await reader.isVmidFree(spec.vmid))).toBe(true);
    const lines: string[] = [];
    const created = await creator.createVm(spec, description(spec));
    if (created.class !== 'started') throw new Error(JSON.stringify(created));
    expect(await followTask(reader, created.upid, { onLine: (line) => lines.push(line) })).toMatchObject({ kind: 'ok', warnings: 0, log: lines });
    expect(lines.at(-1)).toBe('TASK OK');
    expect(await configOf(spec)).toMatchObject({ name: 'web-1', cores: 2, sockets: 1, memoryMib: 1024, uuid: spec.uuid, tags: [], lock: null, description: { human: 'the web', marker: { kind: 'one', guestId: spec.guestId } }, nics: [{ mac: 'BC:24:11:AA:BB:CC', tag: 20, bridge: 'vmbr0' }], disks: [{ slot: 'scsi0', storage: 'disks', sizeMib: 8192 }] });
    expect(must(await reader.isVmidFree(spec.vmid))).toBe(false);
    expect(must(await reader.pools()).find((pool) => pool.id === 'sluice-intake')?.members).toContain(spec.vmid);

    expect(await creator.handOver(await freshOf(spec), 'cust1')).toEqual({ class: 'applied' });
    expect(must(await reader.guests()).find((row) => row.vmid === spec.vmid)).toMatchObject({ kind: 'qemu', node: 'pve1', pool: 'cust1', tags: [], lock: null });
    expect(await creator.handOver(await freshOf(spec), 'sluice-intake')).toMatchObject({ class: 'not-applied', status: 500, text: expect.stringContaining('update pools failed: 403') as string });

    for (const change of [{ kind: 'cores', cores: 4 }, { kind: 'memory', memoryMib: 2048 }, { kind: 'description', text: `${description(spec)}\nmore ä` }, { kind: 'tags', tags: ['web', 'netbox'] }] as const) expect(await updater.configure(await freshOf(spec), change)).toEqual({ class: 'applied' });
    expect(await configOf(spec)).toMatchObject({ cores: 4, memoryMib: 2048, tags: ['netbox', 'web'], raw: { description: `${description(spec)}\nmore ä` } });
    expect(await updater.configure(await freshOf(spec), { kind: 'tags', tags: [] })).toEqual({ class: 'applied' });
    expect((await configOf(spec)).tags).toEqual([]);

    const place = { node: 'pve1', kind: 'qemu', vmid: spec.vmid } as const;
    expect(must(await reader.power(place))).toMatchObject({ hasProcess: false, status: 'stopped', haManaged: false, lock: null });
    expect((await followed(await updater.start(await freshOf(spec)))).kind).toBe('ok');
    expect(must(await reader.power(place))).toMatchObject({ hasProcess: true, status: 'running' });
    expect((await followed(await updater.start(await freshOf(spec)))).kind).toBe('refused');
    await lab.act({ act: 'pause', vmid: spec.vmid });
    expect(must(await reader.power(place))).toMatchObject({ hasProcess: true, status: 'paused' });
    expect((await followed(await updater.stop(await freshOf(spec)))).kind).toBe('ok');
    expect((await followed(await updater.start(await freshOf(spec)))).kind).toBe('ok');
    expect((await followed(await updater.shutdown(await freshOf(spec), 60))).kind).toBe('ok');
    expect(must(await reader.power(place)).hasProcess).toBe(false);

    expect(must(await destroyer.permissions())).toEqual({});
    expect(await destroyer.destroy(await freshOf(spec))).toMatchObject({ class: 'not-applied', status: 403 });
    await lend(spec);
    expect(must(await destroyer.permissions())).toEqual({ [`/vms/${spec.vmid}`]: ['Pool.Audit', 'VM.Allocate', 'VM.Audit'] });
    expect(must(await reader.acl()).filter((row) => row.role === loanRole).map((row) => [row.path, row.holderKind, row.holder, row.propagate]).sort()).toEqual([[`/vms/${spec.vmid}`, 'token', tokenIdOf('destroy'), false], [`/vms/${spec.vmid}`, 'user', userOf('destroy'), false]]);
    const evidence = await freshOf(spec);
    const destroyed = await destroyer.destroy(evidence);
    expect((await followed(destroyed)).kind).toBe('ok');
    expect(must(await reader.isVmidFree(spec.vmid))).toBe(true);
    expect(must(await reader.tasks('pve1', { vmid: spec.vmid, sinceUnix: 0 })).find((task) => task.type === 'qmdestroy')).toMatchObject({ user: tokenIdOf('destroy'), id: String(spec.vmid), running: false, status: 'OK' });

    await lab.act({ act: 'create', vmid: spec.vmid, pool: 'cust1', config: { name: 'successor' } });
    expect(await destroyer.destroy(evidence)).toMatchObject({ class: 'not-applied', status: 403, text: expect.stringContaining('VM.Allocate') as string });
    expect((await lab.guest(spec.vmid))?.main['name']).toBe('successor');
  });

  it('P16 P20 nothing that was asked carries a word that destroys more, and the one DELETE carries none at all', async () => {
    const spec = await made();
    await lend(spec);
    await followed(await destroyer.destroy(await freshOf(spec)));
    const { entries } = await lab.requests();
    const never = ['archive', 'restore', 'force', 'skiplock', 'purge', 'destroy-unreferenced-disks', 'forceStop', 'unique', 'template', 'protection'];
    for (const entry of entries) expect([entry.path, Object.keys(entry.params).filter((key) => never.includes(key))]).toEqual([entry.path, []]);
    expect(entries.filter((entry) => entry.method === 'DELETE').map((entry) => [entry.path, Object.keys(entry.params).filter((key) => key !== 'node' && key !== 'vmid')])).toEqual([[`/nodes/pve1/qemu/${spec.vmid}`, []]]);
  });

  it('P15 sends the loan to the node of the guest, and takes each half back alone', async () => {
    const spec = await made(specOf('pve2'));
    await lend(spec);
    expect((await lab.requests()).entries.filter((entry) => entry.path === '/access/acl' && entry.method === 'PUT').map((entry) => entry.node)).toEqual(['pve2', 'pve2']);
    expect(await lender.takeBack(spec.vmid, 'token', null)).toEqual({ class: 'applied' });
    expect(must(await destroyer.permissions())).toEqual({});
    expect(await lender.takeBack(spec.vmid, 'user', 'pve2')).toEqual({ class: 'applied' });
    expect(must(await reader.acl()).filter((row) => row.role === loanRole)).toEqual([]);
  });

  it('P10 refuses a write whose digest is older than the guest', async () => {
    const spec = await made();
    const old = await freshOf(spec);
    await lab.act({ act: 'rename', vmid: spec.vmid, name: 'renamed' });
    expect(await updater.configure(old, { kind: 'cores', cores: 8 })).toEqual({ class: 'not-applied', status: 500, text: 'checksum mismatch (file change by other user?)', transient: false });
  });

  it('P26 an answer that was lost after the write is unknown, and is not sent again', async () => {
    const spec = await made();
    for (const [fault, node] of [['answer-lost', 'pve1'], ['html', 'pve1'], ['truncated', 'pve1']] as const) {
      await lab.clear();
      await lab.fault({ method: 'PUT', path: '/config$' }, fault);
      const cores = (await configOf(spec)).cores + 1;
      expect([node, await updater.configure(await freshOf(spec), { kind: 'cores', cores })]).toMatchObject([node, { class: 'unknown' }]);
      expect((await configOf(spec)).cores).toBe(cores);
      expect((await lab.requests()).entries.filter((entry) => entry.method === 'PUT')).toHaveLength(1);
    }
  });

  it('asks for a read again when the connection was cut, and believes a hidden guest of nobody', async () => {
    await lab.fault({ method: 'GET', path: '^/cluster/status$' }, 'connection-reset-before', 2);
    expect(must(await reader.clusterStatus())).toEqual({ name: 'spec', quorate: true, nodes: [{ name: 'pve1', online: true }, { name: 'pve2', online: true }] });
    await lab.fault({ method: 'GET', path: '^/cluster/resources$' }, { status: 403 });
    expect(await reader.guests()).toMatchObject({ ok: false, error: { kind: 'not-observed', where: 'GET /cluster/resources of cluster spec' } });
    await lab.fault({ method: 'GET', path: '^/cluster/nextid$' }, { status: 400, body: '{"data":null,"message":"x"}' });
    expect((await reader.isVmidFree(8999 as Vmid)).ok).toBe(false);
  });

  it('follows a task that was killed to its loss, and one that failed to its text', async () => {
    const spec = await made();
    await lab.fault({ method: 'POST', path: '/status/start$' }, 'task-killed');
    expect((await followed(await updater.start(await freshOf(spec)))).kind).toBe('lost');
    await lab.act({ act: 'stop', vmid: spec.vmid });
    await lab.fault({ method: 'POST', path: '/status/start$' }, { taskFails: 'start failed: QEMU exited with code 1' });
    expect(await followed(await updater.start(await freshOf(spec)))).toMatchObject({ kind: 'failed', exitstatus: 'start failed: QEMU exited with code 1' });
    const nobody = 'UPID:pve1:0001E240:00BC614E:6774A5C0:qmstart:100:u@pve!t:' as Upid;
    let clock = 0;
    expect(await followTask(reader, nobody, { now: () => clock, pause: (millis) => { clock += millis * 20; return Promise.resolve(); } })).toMatchObject({ kind: 'lost', text: expect.stringContaining('no such task') as string });
  });

  it('reads what else there is: version, node, storages, bridges, HA, replication, snapshots, backups, roles, rights', async () => {
    const spec = await made();
    const place = { node: 'pve1', kind: 'qemu', vmid: spec.vmid } as const;
    expect(must(await reader.version()).release).toBe(version);
    expect(must(await reader.nodeFacts('pve1'))).toEqual({ cores: 8, memoryMib: 16_384 });
    expect(must(await reader.storages('pve1')).map((row) => [row.id, row.active])).toEqual([['disks', true], ['local', true]]);
    expect(must(await reader.bridges('pve1'))).toContain('vmbr0');
    for (const act of ['ha', 'replication'] as const) await lab.act({ act, vmid: spec.vmid, on: true });
    expect(must(await reader.haGuests())).toEqual([spec.vmid]);
    expect(must(await reader.replicatedGuests())).toEqual([spec.vmid]);
    expect(must(await reader.power(place)).haManaged).toBe(true);
    await lab.act({ act: 'snapshot', vmid: spec.vmid, name: 'before' });
    expect(must(await reader.snapshots(place))).toEqual(['before']);
    await lab.act({ act: 'backup', vmid: spec.vmid, storage: 'local' });
    expect((await reader.backups('pve1', spec.vmid)).ok).toBe(true);
    expect(must(await reader.roles()).find((row) => row.role === 'SluiceDestroyOne')?.privileges).toEqual(['Pool.Audit', 'VM.Allocate', 'VM.Audit']);
    expect(must(await reader.permissions())['/access']).toEqual(['Sys.Audit']);
    expect(must(await updater.permissions())['/pool/cust1']).toContain('VM.PowerMgmt');
    expect(must(await creator.permissions())['/pool/sluice-intake']).toContain('VM.Allocate');
    expect(must(await lender.permissions())['/pool/cust1']).toEqual(['Pool.Audit', 'VM.Allocate', 'VM.Audit']);
    expect(must(await reader.pending(place)).every((row) => row.pending === null && !row.delete)).toBe(true);
  });

  it('sees an offline node and a lost quorum', async () => {
    await lab.act({ act: 'node', node: 'pve2', online: false });
    await lab.act({ act: 'quorum', quorate: false });
    expect(must(await reader.clusterStatus())).toMatchObject({ quorate: false, nodes: [{ online: true }, { name: 'pve2', online: false }] });
    const spec = specOf();
    expect(await creator.createVm(spec, description(spec))).toMatchObject({ class: 'not-applied', transient: true, text: 'cluster not ready - no quorum?' });
    await lab.act({ act: 'node', node: 'pve2', online: true });
    await lab.act({ act: 'quorum', quorate: true });
  });
});

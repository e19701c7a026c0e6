// Every request of a test is held against the official schemas (test/setup/official): here that is seen to bite, in both
// simulators, and to let what is right pass.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggedRequest } from '../../src/lab/netbox';
import { labOf, type RequestEntry } from '../../src/lab/proxmox';
import { explained } from '../setup/official/explained';
import { againstNetBox } from '../setup/official/netbox-schema';
import { againstProxmox } from '../setup/official/proxmox-schema';
import { hasOfficialSchemas } from '../setup/official/schema-files';
import { complain, lookAtAll } from '../setup/official/watches';
import { watchedProxmox } from '../setup/official/witness';
import { specCluster, specGuest } from '../setup/proxmox-cluster';
import { smallNetBox, secretOf } from '../setup/small-netbox';

const describeOfficial = hasOfficialSchemas ? describe : describe.skip;
const note = hasOfficialSchemas ? '' : ' (skipped: no official schemas; set SLUICE_RECORDINGS)';

const pve = (method: string, path: string, params: Readonly<Record<string, unknown>> = {}, more: Partial<RequestEntry> = {}): readonly string[] | null =>
  againstProxmox('8.4', { n: 1, at: 0, node: 'pve1', method, path, params, token: 'sluice-update@pve!update', agent: null, contentType: method === 'GET' || method === 'DELETE' ? null : 'application/x-www-form-urlencoded', bodyLength: method === 'GET' || method === 'DELETE' ? 0 : 1, status: 200, ...more });
const config = '/nodes/pve1/qemu/100/config';

describeOfficial(`the official schema of Proxmox VE${note}`, () => {
  const lastWords = (complaints: readonly string[] | null): readonly string[] | undefined => complaints?.map((complaint) => complaint.split(': ').slice(2).join(': '));

  it.each<[string, readonly string[] | null]>([
    ['reads', pve('GET', '/nodes/pve1/qemu/100/config', { current: '1' })],
    ['a create with disks, cards, tags', pve('POST', '/nodes/pve1/qemu', { vmid: '5000', name: 'web-1', memory: '512', net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=20', scsi0: 'disks:8,discard=on', tags: 'a;b', boot: 'order=scsi0', smbios1: 'uuid=00000000-0000-4000-8000-000000000001', pool: 'cust1' })],
    ['a container', pve('POST', '/nodes/pve1/lxc', { vmid: 5001, ostemplate: 'local:vztmpl/debian-12.tar.zst', rootfs: 'disks:4', net0: 'name=eth0,bridge=vmbr0,type=veth', unprivileged: true })],
    ['a list given as one text', pve('PUT', config, { delete: 'net1,net2', digest: 'a'.repeat(40) })],
    ['a literal path beside a template', pve('GET', '/nodes/pve1/qemu/100/status/current')],
    ['a secret, of which the log keeps nothing', pve('PUT', config, { cipassword: '(secret)' })],
  ])('lets %s pass', (_what, complaints) => expect(complaints).toEqual([]));

  it.each<[string, readonly string[] | null, readonly string[]]>([
    ['an unknown path', pve('GET', '/nodes/pve1/qemus'), ['the schema knows no such method and path']],
    ['an unknown method', pve('PUT', '/nodes/pve1/qemu/100/status/start'), ['the schema knows no such method and path']],
    ['an unknown parameter', pve('PUT', config, { memry: '512' }), ['parameter memry is not defined in the schema']],
    ['a disk whose number is too high', pve('PUT', config, { scsi31: 'disks:8' }), ['parameter scsi31 is not defined in the schema']],
    ['a missing parameter', pve('PUT', '/nodes/pve1/qemu/100/resize', { disk: 'scsi0' }), ['parameter size is missing']],
    ['text for a number', pve('PUT', config, { cores: 'two' }), ['parameter cores "two" is no integer']],
    ['a number out of bounds', pve('PUT', config, { cores: '0' }), ['parameter cores 0 is less than 1']],
    ['a VMID out of bounds in the path', pve('GET', '/nodes/pve1/qemu/12/config'), ['parameter vmid 12 is less than 100', 'parameter vmid "12" is no pve-vmid']],
    ['a word that is none of its own', pve('PUT', config, { scsihw: 'fast' }), ['parameter scsihw "fast" is none of lsi, lsi53c810, virtio-scsi-pci, virtio-scsi-single, megasas, pvscsi']],
    ['text for yes and no', pve('PUT', config, { onboot: 'maybe' }), ['parameter onboot "maybe" is no boolean']],
    ['a text that is too long', pve('PUT', config, { description: 'x'.repeat(8193) }), ['parameter description is longer than 8192 characters']],
    ['a size that cannot be one', pve('PUT', '/nodes/pve1/qemu/100/resize', { disk: 'scsi0', size: 'bigger' }), ['parameter size "bigger" does not match \\+?\\d+(\\.\\d+)?[KMGT]?']],
    ['an unknown part of a property string', pve('PUT', config, { net0: 'virtio,bridge=vmbr0,vlan=3' }), ['parameter net0 "vlan=3" is no part of it']],
    ['a part of the wrong kind', pve('PUT', config, { net0: 'virtio=BC:24:11:00:00:XX,bridge=vmbr0' }), ['parameter net0 virtio "BC:24:11:00:00:XX" is no mac-addr']],
    ['a parameter given twice', pve('PUT', config, { cores: ['1', '2'] }), ['parameter cores is given more than once and is no list']],
    ['a parameter that needs another', pve('PUT', '/access/acl', { path: '/', roles: 'PVEAdmin', propagate: 'x' }), ['parameter propagate "x" is no boolean']],
    ['a body of a DELETE', pve('DELETE', '/nodes/pve1/qemu/100', {}, { bodyLength: 7, contentType: 'application/json' }), ['a body where none may be']],
    ['a body of another type', pve('PUT', config, { cores: '1' }, { contentType: 'text/plain' }), ['a body of type text/plain']],
    ['a token where none may be', pve('POST', '/access/ticket', { username: 'root@pam', password: '(secret)' }), ['no token may call it']],
  ])('complains of %s', (_what, complaints, wanted) => expect(lastWords(complaints)).toEqual(wanted));

  it('is that of the version: what came with 9 is unknown to 8, and of a version without a schema nothing is said', () => {
    const rules: RequestEntry = { n: 1, at: 0, node: 'pve1', method: 'GET', path: '/cluster/ha/rules', params: {}, token: null, agent: null, contentType: null, bodyLength: 0, status: 200 };
    expect(againstProxmox('8.4', rules)).toEqual(['Proxmox VE 8.4: GET /cluster/ha/rules: the schema knows no such method and path']);
    expect(againstProxmox('9.0', rules)).toEqual([]);
    expect(againstProxmox('7.4', rules)).toBeNull();
  });
});

const netbox = (method: string, path: string, body?: unknown, more: Partial<LoggedRequest> = {}): readonly string[] | undefined => {
  const [plain = '', query = ''] = path.split('?');
  const request: LoggedRequest = { seq: 1, method, path: `/api/${plain}`, query, branch: null, token: 'svc', agent: null, contentType: body === undefined ? null : 'application/json', body: body === undefined ? '' : JSON.stringify(body), status: 200, ...more };
  return againstNetBox('4.5.10', request)?.map((complaint) => complaint.split(': ').slice(2).join(': '));
};
const vms = 'virtualization/virtual-machines/';

describeOfficial(`the official OpenAPI document of NetBox${note}`, () => {
  it.each<[string, readonly string[] | undefined]>([
    ['filters, once and repeated', netbox('GET', `${vms}?id=1&id=2&status=active&cluster_id=null&ordering=id&limit=200&offset=0`)],
    ['a sparse read', netbox('GET', 'core/object-changes/?fields=id,time')],
    ['a create with references by attribute', netbox('POST', vms, { name: 'web-1', cluster: { name: 'pve-a' }, device: 3, vcpus: 2.5, tags: [{ slug: 'prod' }], custom_fields: { anything: [1] }, changelog_message: 'why' })],
    ['a bulk create', netbox('POST', vms, [{ name: 'a' }, { name: 'b', changelog_message: 'why' }])],
    ['a change of one field, and none at all', netbox('PATCH', `${vms}1/`, { platform: null })],
    ['a message with a delete', netbox('DELETE', `${vms}1/`, { changelog_message: 'why' })],
    ['a merge', netbox('POST', 'plugins/branching/branches/1/merge/', { commit: true })],
  ])('lets %s pass', (_what, complaints) => expect(complaints).toEqual([]));

  it.each<[string, readonly string[] | undefined, readonly string[]]>([
    ['an unknown path', netbox('GET', 'virtualization/machines/'), ['the document knows no such method and path']],
    ['a path without its slash', netbox('GET', 'virtualization/virtual-machines'), ['the document knows no such method and path']],
    ['an unknown filter', netbox('GET', `${vms}?clusterid=1`), ['the document has no query parameter clusterid']],
    ['a sparse read of branches, which read everything', netbox('GET', 'plugins/branching/branches/?fields=id'), ['the document has no query parameter fields']],
    ['a filter of another type', netbox('GET', `${vms}?cluster_id=pve-a`), ['the query parameter cluster_id is "pve-a", the document wants integer']],
    ['a filter that takes one word of few', netbox('GET', 'core/object-changes/?action=erase'), ['the query parameter action is "erase", the document wants one of create, delete, null, update']],
    ['a filter given twice that takes one value', netbox('GET', `${vms}?limit=1&limit=2`), ['the query parameter limit is given more than once and is no list']],
    ['an unknown property', netbox('PATCH', `${vms}1/`, { memory_mb: 1 }), ['in the body memory_mb is no writable property']],
    ['a property that is only read', netbox('PATCH', `${vms}1/`, { last_updated: 'now' }), ['in the body last_updated is no writable property']],
    ['a missing property', netbox('POST', vms, { cluster: 1 }), ['in the body name is missing']],
    ['a value of another type', netbox('PATCH', `${vms}1/`, { memory: '2048' }), ['in the body memory is "2048", the schema wants integer']],
    ['an unknown choice', netbox('PATCH', `${vms}1/`, { status: 'up' }), ['in the body status is "up", the schema wants one of "offline", "active", "planned", "staged", "failed", "decommissioning", "paused"']],
    ['a choice as it is read', netbox('PATCH', `${vms}1/`, { status: { value: 'active', label: 'Active' } }), ['in the body status is {"value":"active","label":"Active"}, the schema wants string']],
    ['a reference as it is read', netbox('PATCH', `${vms}1/`, { cluster: { id: 1, name: 'pve-a' } }), ['in the body cluster.id is no writable property']],
    ['a text that is too long', netbox('POST', vms, { name: 'x'.repeat(65) }), ['in the body name is longer than 64 characters']],
    ['a message that is too long', netbox('PATCH', `${vms}1/`, { changelog_message: 'x'.repeat(201) }), ['in the body changelog_message is longer than 200 characters']],
    ['a body that is missing', netbox('POST', vms), ['the body is missing']],
    ['a body of another type', netbox('POST', vms, { name: 'a' }, { contentType: 'text/plain' }), ['a body of type text/plain']],
  ])('complains of %s', (_what, complaints, wanted) => expect(complaints).toEqual(wanted));

  it('says nothing of another version than its own', () => {
    expect(againstNetBox('4.6.8', { seq: 1, method: 'GET', path: '/api/nothing/', query: '', branch: null, token: null, agent: null, contentType: null, body: '', status: 200 })).toBeNull();
  });
});

describeOfficial(`a simulator that is watched${note}`, () => {
  let ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends) await end();
    ends = [];
  });

  it('of Proxmox: what a token of Sluice sends is looked at, also where the log was cleared and by whichever node; what the test itself sends is not', async () => {
    const cluster = await specCluster([specGuest(100, { pool: 'sluice-managed' })]);
    ends.push(() => cluster.close());
    const watched = watchedProxmox(cluster.sim, '8.4');
    const asSluice = (path: string, body: string) => cluster.token.update.raw('PUT', `/api2/json${path}`, { 'user-agent': 'Sluice', 'content-type': 'application/x-www-form-urlencoded' }, body);
    await cluster.token.update.call('PUT', config, { memry: 512 });
    expect((await asSluice(config, 'cores=1')).status).toBe(200);
    expect(await lookAtAll()).toEqual([]);
    expect((await asSluice(config, 'memry=512')).status).toBe(400);
    await cluster.lab.clear();
    await cluster.lab.act({ act: 'node', node: 'pve1', online: false });
    const found = await lookAtAll();
    expect(found).toEqual(['Proxmox VE 8.4: PUT /nodes/pve1/qemu/100/config: parameter memry is not defined in the schema']);
    expect(() => complain(found)).toThrow('parameter memry is not defined in the schema');
    await labOf(cluster.sim.nodes[1]?.url ?? '').act({ act: 'node', node: 'pve1', online: true });
    await asSluice('/nodes/pve1/qemu/100/resize', 'disk=scsi0');
    await expect(watched.close()).rejects.toThrow('/resize: parameter size is missing');
    expect(await lookAtAll()).toEqual([]);
  });

  it('of NetBox: a filter that NetBox would ignore is reported, by the client and by anybody who does not say that it is the test', async () => {
    const netbox = await smallNetBox();
    ends.push(() => netbox.close().catch(() => undefined));
    const { key, secret } = secretOf('svc');
    const ask = (path: string, init: RequestInit = {}) => fetch(`${netbox.url}/api/${path}`, { ...init, headers: { Authorization: `Bearer nbt_${key}.${secret}`, ...(init.body === undefined ? {} : { 'Content-Type': 'application/json' }) } });
    await netbox.ask('svc', 'GET', `${vms}?nonsense=1`);
    expect((await ask(`${vms}?name=web-01`)).status).toBe(200);
    expect(await lookAtAll()).toEqual([]);
    expect((await ask(`${vms}?vm_name=web-01`)).status).toBe(200);
    expect((await ask(`${vms}1/`, { method: 'PATCH', body: JSON.stringify({ memory: 1024, memory_mb: 1024 }) })).status).toBe(200);
    expect(await lookAtAll()).toEqual([
      'NetBox 4.5.10: GET /api/virtualization/virtual-machines/?vm_name=web-01: the document has no query parameter vm_name',
      'NetBox 4.5.10: PATCH /api/virtualization/virtual-machines/1/: in the body memory_mb is no writable property',
    ]);
    await ask('dcim/nothing/');
    await expect(netbox.close()).rejects.toThrow('GET /api/dcim/nothing/: the document knows no such method and path');
  });
});

it('what is explained are two things, each with its reason: the list may only shrink', () => {
  expect(explained.length).toBeLessThanOrEqual(2);
  for (const { why } of explained) expect(why.length).toBeGreaterThan(40);
});

it('wherever a test starts a simulator and lets Sluice speak with it, the simulator is watched', () => {
  const root = join(__dirname, '../..');
  const files = ['src', 'test'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`)).filter((name) => /^test\/(?!bench\/).*\.ts$|\.spec\.tsx?$/.test(name));
  const speaking = files.map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') })).filter(({ text }) => /\b(?:startProxmoxSim|startNetBoxSim|startLab)\(/.test(text) && /\b(?:openProxmox|openNetBox|startSluice)\(/.test(text));
  expect(speaking.map(({ name }) => name)).toEqual(expect.arrayContaining(['test/setup/story.ts', 'test/model/deletion-world.ts', 'src/proxmox/against-simulator.spec.ts']));
  expect(speaking.filter(({ text }) => !/\bwatch(?:ed|Lab)/.test(text)).map(({ name }) => name)).toEqual([]);
});

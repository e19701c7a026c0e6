// A small simulated NetBox for tests: five people, one cluster with one VM, and a place where webhooks arrive.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchedNetBox } from './official/witness';
import { until } from './until';
import { netboxLabOf, startNetBoxSim } from '../../src/lab/netbox';
import type { NetBoxLab, NetBoxSimOptions, SeedRequest } from '../../src/lab/netbox';
import { testsOwn } from '../../src/lab/proxmox';

export interface Said { readonly status: number; readonly type: string; readonly body: Shown }
/** A JSON answer, read without ceremony. */
export interface Shown { readonly [key: string]: unknown; readonly id: number; readonly results: readonly Shown[]; readonly error: string; readonly status: { readonly value: string } }

export const secretOf = (username: string): { readonly key: string; readonly secret: string } => ({ key: `${username}000000000000`.slice(0, 12), secret: username.padEnd(40, 'x') });
const bearer = (username: string): string => `Bearer nbt_${secretOf(username).key}.${secretOf(username).secret}`;

const VM_TYPES = ['virtualization.virtualmachine', 'virtualization.vminterface', 'virtualization.virtualdisk', 'ipam.ipaddress', 'dcim.macaddress'];
const READ = { name: 'read', objectTypes: [...VM_TYPES, 'virtualization.cluster', 'core.job', 'core.objectchange', 'netbox_branching.branch', 'netbox_branching.branchevent', 'netbox_branching.changediff'], actions: ['view'] };
const BRANCHES = { name: 'branches', objectTypes: ['netbox_branching.branch'], actions: ['view', 'add', 'change', 'sync'] };

const SEED: readonly SeedRequest[] = [
  { as: 'admin', path: '/api/dcim/sites/', body: { name: 'FRA', slug: 'fra' } },
  { as: 'admin', path: '/api/virtualization/cluster-types/', body: { name: 'Proxmox', slug: 'proxmox' } },
  { as: 'admin', path: '/api/virtualization/clusters/', body: [{ name: 'pve-a', type: { slug: 'proxmox' } }, { name: 'pve-b', type: { slug: 'proxmox' } }] },
  { as: 'admin', path: '/api/extras/tags/', body: { name: 'Production', slug: 'prod' } },
  { as: 'admin', path: '/api/virtualization/virtual-machines/', body: { name: 'web-01', cluster: { name: 'pve-a' }, memory: 2048, vcpus: 2, tags: [{ slug: 'prod' }] }, save: 'web-01' },
  { as: 'admin', path: '/api/virtualization/interfaces/', body: { virtual_machine: '{{web-01}}', name: 'net0' } },
];

export interface Small {
  readonly url: string;
  readonly lab: NetBoxLab;
  /** Sends one request with a person's token; `branch` is a schema id. */
  ask(person: string, method: string, path: string, body?: unknown, branch?: string): Promise<Said>;
  /** Makes a branch and waits until it is ready. */
  branch(name: string): Promise<{ readonly id: number; readonly schema: string }>;
  /** Asks for a job of a branch and waits for its end. */
  job(person: string, branch: number, action: 'merge' | 'sync' | 'revert', body?: unknown): Promise<Shown>;
  close(): Promise<void>;
}

export async function smallNetBox(options: { readonly version?: NetBoxSimOptions['version']; readonly stateFile?: string; readonly seed?: readonly SeedRequest[] } = {}): Promise<Small> {
  const sim = watchedNetBox(await startNetBoxSim({
    name: 'netbox', version: options.version ?? '4.5.10', ...(options.stateFile === undefined ? {} : { stateFile: options.stateFile }),
    users: [
      { username: 'admin', password: 'admin', superuser: true, tokenV2: secretOf('admin'), tokenV1: 'a'.repeat(40) },
      { username: 'alice', password: 'alice', tokenV2: secretOf('alice'), permissions: [READ, BRANCHES, { name: 'write', objectTypes: VM_TYPES, actions: ['add', 'change', 'delete'] }] },
      { username: 'bob', password: 'bob', tokenV2: secretOf('bob'), permissions: [READ, { ...BRANCHES, actions: [...BRANCHES.actions, 'merge', 'revert', 'archive', 'delete'] }] },
      { username: 'carol', password: 'carol', tokenV2: secretOf('carol'), permissions: [{ name: 'own branches', objectTypes: ['netbox_branching.branch'], actions: ['view', 'add'], constraints: { owner: '$user' } }] },
      { username: 'svc', password: 'svc', tokenV2: secretOf('svc'), permissions: [READ, { name: 'reflect', objectTypes: ['virtualization.virtualmachine'], actions: ['add', 'change'], constraints: { cluster__name: 'pve-a' } }] },
    ],
    seed: [...SEED, ...(options.seed ?? [])],
  }), options.version ?? '4.5.10');
  const lab = netboxLabOf(sim.url);
  const ask: Small['ask'] = async (person, method, path, body, branch) => {
    const headers = { 'User-Agent': testsOwn, ...(person === '' ? {} : { Authorization: person.includes(' ') ? person : bearer(person) }), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...(branch === undefined ? {} : { 'X-NetBox-Branch': branch }) };
    const response = await fetch(`${sim.url}/api/${path}`, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, body: (type.startsWith('application/json') ? JSON.parse(text) : { text }) as Shown };
  };
  return {
    url: sim.url, lab, ask,
    branch: async (name) => {
      const made = await ask('alice', 'POST', 'plugins/branching/branches/', { name });
      await lab.idle();
      return { id: made.body.id, schema: String(made.body['schema_id']) };
    },
    job: async (person, branch, action, body = {}) => {
      const queued = await ask(person, 'POST', `plugins/branching/branches/${branch}/${action}/`, body);
      if (queued.status !== 200) throw new Error(`${action} was answered ${queued.status}: ${JSON.stringify(queued.body)}`);
      await lab.idle();
      return (await ask('svc', 'GET', `core/jobs/${queued.body.id}/`)).body;
    },
    close: () => sim.close(),
  };
}

export interface Sink { readonly url: string; readonly got: { readonly signature: string; readonly text: string; readonly event: string }[]; count(wanted: number): Promise<void>; close(): Promise<void> }

/** Where webhooks arrive. */
export async function webhookSink(): Promise<Sink> {
  const got: { signature: string; text: string; event: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      got.push({ signature: String(request.headers['x-hook-signature'] ?? ''), text, event: (JSON.parse(text) as { event: string }).event });
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got,
    count: (wanted) => until(() => got.length >= wanted, `${wanted} webhooks`),
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}

/** Seed of a webhook and a rule for these events on branches and VMs. */
export const webhookSeed = (url: string, events: readonly string[], secret = 'hook-secret'): readonly SeedRequest[] => [
  { as: 'admin', path: '/api/extras/webhooks/', body: { name: 'sink', payload_url: url, secret }, save: 'sink' },
  { as: 'admin', path: '/api/extras/event-rules/', body: { name: 'rule', object_types: ['netbox_branching.branch', 'virtualization.virtualmachine'], event_types: events, action_type: 'webhook', action_object_type: 'extras.webhook', action_object_id: '{{sink}}' } },
];

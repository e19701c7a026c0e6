// Sends the recorded requests, in their order, to the simulator and holds both answers against each other: status, text,
// errors, how tasks ended, and which members a 200 has. Ids, MACs, digests and times are each side's own.
import { labOf, pveCaller, startProxmoxSim, type Act, type ProxmoxLab, type ProxmoxSimOptions, type PveAnswer, type PveCaller } from '../../../src/lab/proxmox';
import { Credentials } from './credentials';
import { requestOf, type Exchange, type Request } from './recording';
import { taskApart } from './task-compare';
import { headersApart } from './wire-compare';

export interface Difference { readonly seq: number; readonly what: string; readonly real: string; readonly ours: string; readonly request: string }
export interface Replay { readonly compared: number; readonly agreeing: number; readonly differences: readonly Difference[]; readonly notServed: number }

const options: ProxmoxSimOptions = {
  clusterName: 'recorded', version: '8.4', nodes: ['pve1', 'pve2'], taskMillis: 0, flockMillis: 50, rootTokenSecret: 'root', rootPassword: 'root password', bridges: ['vmbr0'], nodeCores: 2,
  storages: [{ id: 'local', content: 'iso,vztmpl,backup,snippets,import', type: 'dir', sizeGiB: 100 }, { id: 'disks', content: 'images,rootdir', type: 'dir', sizeGiB: 200 }],
  seed: { pools: [], guests: [], images: [{ volid: 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst', gib: 0.1 }] },
};

interface Tools { readonly lab: ProxmoxLab; readonly root: PveCaller; readonly ours: Map<string, string>; readonly credentials: Credentials }
const act = (...acts: readonly Act[]) => async ({ lab }: Tools): Promise<void> => {
  for (const each of acts) await lab.act(each);
};
/** A task that the recorder started beside the recording: its UPID appears later. */
const started = (real: string, path: string, isPaused = false) => async ({ root, ours }: Tools): Promise<void> => {
  const answer = await root.call('POST', path);
  if (!isPaused) await root.finished(answer);
  const mine = String(answer.body?.data);
  ours.set(real, mine).set(encodeURIComponent(real), encodeURIComponent(mine));
};

/** What the recorder did outside the exchanges it recorded, before the one of this number. */
const meanwhile: Readonly<Record<number, (tools: Tools) => Promise<void> | void>> = {
  2: act({ act: 'ignore-shutdown', vmid: 100 }),
  191: act({ act: 'ignore-shutdown', vmid: 110 }),
  // The host's own tool refused: the running source held its image.
  237: async ({ lab }) => void (await lab.fault({ path: '/clone$' }, { taskFails: 'the image is held by the running source' })),
  269: act({ act: 'lock', vmid: 120, lock: 'backup' }),
  282: act({ act: 'unlock', vmid: 120 }),
  284: started('UPID:pve1:000018AA:00049BFD:6B0098CE:qmstart:999:root@pam!test:', '/nodes/pve1/qemu/999/status/start'),
  307: async (tools) => {
    await tools.lab.fault({ path: '/status/shutdown$' }, { taskPaused: 'start' });
    await started('UPID:pve1:0000198D:00049E6D:6B0098D4:qmshutdown:100:root@pam!test:', '/nodes/pve1/qemu/100/status/shutdown', true)(tools);
  },
  312: ({ lab }) => lab.lift(),
  327: act({ act: 'cluster-options', set: { 'next-id': 'lower=500,upper=502' } }),
  329: act({ act: 'cluster-options', drop: ['next-id'] }),
  331: act({ act: 'cluster-options', set: { 'tag-style': 'case-sensitive=1' } }),
  335: act({ act: 'cluster-options', drop: ['tag-style'] }),
  427: act({ act: 'backup', vmid: 200, storage: 'local' }),
  494: async ({ root, credentials }) => credentials.note(await root.call('POST', '/access/users/alice@pve/token/t2', { privsep: 1 })),
  587: act({ act: 'set-config', vmid: 150, set: { args: '-kernel /boot/vmlinuz' } }),
  // The guest had come up: a small Linux with an agent, one device set up by hand, no file systems and no passwd.
  589: act({ act: 'agent', vmid: 150, facts: { state: 'running', hostname: 'agentguest', addresses: { net0: ['10.1.1.50/24', 'fd00:1::50/64'] }, filesystems: [], lacks: ['passwd'], programs: { '/bin/work': { exitcode: 3, out: 'out\n', err: 'err\n' } } } }),
  // The process that is asked for was started beside the recording.
  599: async ({ root, ours }) => {
    const started = await root.call<{ readonly pid: number }>('POST', '/nodes/pve1/qemu/150/agent/exec', { command: '/bin/work' });
    ours.set('112', String(started.body?.data.pid));
  },
  600: ({ ours }) => void ours.delete('112'),
  627: async ({ root, credentials }) => credentials.note(await root.call('POST', '/access/ticket', { username: 'root@pam', password: 'root password' })),
  674: async (tools) => {
    await tools.lab.advance(11);
    await act({ act: 'node', node: 'pve2', online: false })(tools);
  },
  677: act({ act: 'quorum', quorate: false }),
  691: act({ act: 'quorum', quorate: true }, { act: 'node', node: 'pve2', online: true }),
  // Two writers raced beside the recording.
  710: act({ act: 'set-config', vmid: 180, set: { description: 'b' } }),
  706: async ({ lab, ours }) => void ours.set('4d6a53f2636642244b01db6ec0fbd32a2178d16f', (await lab.guest(180))?.digest ?? ''),
};

const form = (params: readonly (readonly [string, string])[]): string => params.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');

/** Texts without what each side chooses for itself. */
export const plain = (text: string): string => text.replace(/UPID:[^\s"']*/g, 'UPID').replace(/\.tmp\.\d+/g, '.tmp').trimEnd();

export async function replay(exchanges: readonly Exchange[]): Promise<Replay> {
  const sim = await startProxmoxSim(options);
  const url = sim.nodes[0]?.url ?? '';
  const lab = labOf(url);
  const root = pveCaller(url, sim.caPem, { id: sim.tokenIds.root, secret: 'root' });
  const nobody = pveCaller(url, sim.caPem, null);
  const credentials = new Credentials();
  /** Recorded digest or UPID -> ours. */
  const ours = new Map<string, string>();
  const differences: Difference[] = [];
  let [compared, agreeing, notServed] = [0, 0, 0];
  const translated = (text: string): string => [...ours].reduce((sum, [real, mine]) => (sum.includes(real) ? sum.split(real).join(mine) : sum), text);

  const ask = async (exchange: Exchange, request: Request): Promise<PveAnswer> => {
    const headers = credentials.headersOf(request.headers);
    const caller = request.isByRootToken ? root : nobody;
    const [path = '', query = ''] = exchange.path.split('?');
    const params = form(request.params.map(([name, value]) => [name, credentials.ticketFor(translated(value))]));
    const inQuery = exchange.method === 'GET' || exchange.method === 'DELETE';
    const target = translated(path) + ([query, inQuery ? params : ''].some((part) => part !== '') ? `?${[query, inQuery ? params : ''].filter((part) => part !== '').join('&')}` : '');
    const body = request.body ?? (inQuery ? '' : params);
    return caller.raw(exchange.method, target, { ...(body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }), ...headers }, body);
  };

  try {
    for (const exchange of exchanges) {
      await meanwhile[exchange.seq]?.({ lab, root, ours, credentials });
      // The recorder took its time; statistics rounds come every ten seconds.
      if (exchange.path.endsWith('/cluster/resources')) await lab.advance(11);
      const request = requestOf(exchange);
      let answer = await ask(exchange, request);
      if (answer.status === 501 && exchange.status !== 501) {
        notServed += 1;
        continue;
      }
      credentials.note(answer);
      remember(ours, exchange, answer);
      compared += 1;
      let found = await compare(exchange, answer, root);
      // A task without a UPID to follow (templates of containers) may still run: a list is looked at again.
      for (let look = 0; found?.real === '(all rows)' && look < 10; look += 1) {
        answer = await ask(exchange, request);
        found = await compare(exchange, answer, root);
      }
      if (found === null) agreeing += 1;
      else differences.push({ seq: exchange.seq, request: `${exchange.method} ${exchange.path.replace('/api2/json', '')} ${exchange.params.join(' ').slice(0, 160)}`, ...found });
    }
  } finally {
    for (const caller of [root, nobody]) caller.close();
    await sim.close();
  }
  return { compared, agreeing, differences, notServed };
}

function remember(ours: Map<string, string>, exchange: Exchange, answer: PveAnswer): void {
  const real = typeof exchange.body === 'object' ? exchange.body?.data : null;
  const mine = answer.body?.data;
  if (typeof real === 'string' && real.startsWith('UPID:') && typeof mine === 'string') ours.set(real, mine).set(encodeURIComponent(real), encodeURIComponent(mine));
  const digest = (data: unknown): string | null => (typeof data === 'object' && data !== null && 'digest' in data && typeof data.digest === 'string' ? data.digest : null);
  const [a, b] = [digest(real), digest(mine)];
  if (a !== null && b !== null) ours.set(a, b);
}

async function compare(exchange: Exchange, answer: PveAnswer, root: PveCaller): Promise<Pick<Difference, 'what' | 'real' | 'ours'> | null> {
  const body = typeof exchange.body === 'object' ? exchange.body : null;
  const differs = (what: string, real: string, mine: string): Pick<Difference, 'what' | 'real' | 'ours'> | null => (plain(real) === plain(mine) ? null : { what, real: plain(real), ours: plain(mine) });
  const text = (message: string | undefined): string => (message === undefined ? '' : `: ${message}`);
  const status = differs('status', `${exchange.status}${text(body?.message ?? (exchange.status >= 400 ? exchange.reason : undefined))}`, `${answer.status}${text(answer.body?.message ?? (answer.status >= 400 ? answer.reason : undefined))}`);
  if (status !== null) return status;
  const reason = exchange.status >= 400 ? differs('reason', exchange.reason, answer.reason) : null;
  if (reason !== null) return reason;
  const headers = headersApart(exchange, answer);
  if (headers !== null) return { what: 'headers', ...headers };
  const errors = differs('errors', sorted(body?.errors ?? {}), sorted(answer.body?.errors ?? {}));
  if (errors !== null || exchange.status >= 400) return errors;
  if (typeof exchange.body === 'string') return null;
  if (exchange.task_status?.exitstatus !== undefined) return taskApart(exchange, answer, await root.finished(answer));
  const missing = missingMembers(body?.data, answer.body?.data);
  if (missing.length > 0) return { what: 'members', real: missing.join(', '), ours: '' };
  return exchange.method === 'GET' ? differs('values', valuesOf(exchange.path, body?.data), valuesOf(exchange.path, answer.body?.data)) : null;
}

const chosen = new Set(['digest', 'smbios1', 'vmgenid', 'meta', 'snaptime', 'args']);
const guestFacts = ['id', 'vmid', 'type', 'node', 'name', 'status', 'qmpstatus', 'template', 'tags', 'lock', 'pool', 'hastate', 'ha', 'agent', 'cpus', 'maxmem'];
const taskFacts = ['type', 'id', 'node', 'status', 'exitstatus', 'n', 't'];

const pick = (row: unknown, names: readonly string[]): unknown => (typeof row === 'object' && row !== null ? Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)).sort(([a], [b]) => (a < b ? -1 : 1))) : row);
const rows = (data: unknown, names: readonly string[]): unknown => (Array.isArray(data) ? data.map((row) => pick(row, names)).map((row) => JSON.stringify(row)).sort() : pick(data, names));

/** What of a 200 has to be equal on both sides, without what each chooses: MACs, uuids, times, digests, measurements. */
function valuesOf(path: string, data: unknown): string {
  return JSON.stringify(chosenOut(path, data)).replace(/[0-9A-F]{2}(?::[0-9A-F]{2}){5}/gi, 'MAC').replace(/fe80::[0-9a-f:]+/g, 'LINK-LOCAL').replace(/"(?:parent|snaptime)":\d+,?/g, '');
}

function chosenOut(path: string, data: unknown): unknown {
  if (/\/config$/.test(path)) return Object.fromEntries(Object.entries((data ?? {}) as Record<string, unknown>).filter(([key]) => !chosen.has(key)).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (/\/pending$/.test(path)) return rows((data as readonly { readonly key: string }[]).filter((row) => !chosen.has(row.key)), ['key', 'value', 'pending', 'delete']);
  if (/\/nextid$/.test(path)) return data;
  // resources.cfg is so short that its digest is the same on both sides.
  if (/\/cluster\/(?:options|ha\/(?:resources|status\/current)|sdn\/(?:zones|vnets)|replication)$/.test(path)) return inOrder(data);
  if (/\/network\/\w+$/.test(path)) return inOrder(data);
  if (/\/rrddata/.test(path)) return (data as readonly unknown[]).length;
  if (/\/agent\/(?:get-(?:host-name|vcpus|users|timezone|fsinfo)|network-get-interfaces|exec-status|file-read)$/.test(path)) return inOrder(data);
  if (/\/status\/current$|\/(?:qemu|lxc)$/.test(path)) return rows(data, guestFacts);
  if (/\/cluster\/resources$/.test(path)) return rows((data as readonly { readonly type: string }[]).filter((row) => row.type === 'qemu' || row.type === 'lxc'), guestFacts);
  if (/\/tasks\/UPID[^/]*\/(?:status|log)$/.test(path)) return rows(data, taskFacts);
  if (/\/snapshot$/.test(path)) return rows(data, ['name', 'description', 'parent', 'running', 'vmstate']);
  if (/\/pools/.test(path)) return rows(data, ['poolid', 'comment']);
  if (/\/storage(?:\/[^/]+)?$|\/storage\/[^/]+\/status$/.test(path)) return rows(sortedContent(data), ['storage', 'type', 'content', 'shared', 'active', 'enabled', 'path', 'subdir']);
  if (/\/storage\/[^/]+\/content$/.test(path)) return rows(withoutTime(data), ['volid', 'content', 'format', 'vmid', 'subtype', 'parent']);
  if (/\/content\/[^/]+:.*$/.test(path)) return pick(data, ['path', 'size', 'format']);
  if (/\/access\/acl$/.test(path)) return rows(data, ['path', 'roleid', 'type', 'ugid', 'propagate']);
  if (/\/access\/permissions$/.test(path)) return Object.entries(data as object).map(([at, rights]) => [at, Object.entries(rights as object).sort(([a], [b]) => (a < b ? -1 : 1))]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return null;
}

/** All of it, members in order; what is counted or measured is only there or not. */
const inOrder = (data: unknown): unknown => {
  if (Array.isArray(data)) return data.map(inOrder);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]): [string, unknown] => [name, name === 'statistics' ? true : inOrder(value)]).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Content types are a set: each side has them in an order of its own. */
const sortedContent = (data: unknown): unknown => (Array.isArray(data) ? data.map(sortedContent) : typeof data === 'object' && data !== null && 'content' in data ? { ...data, content: String(data.content).split(',').sort().join(',') } : data);
/** Backups carry the time of their making in their name. */
const withoutTime = (data: unknown): unknown => (JSON.parse(JSON.stringify(data).replace(/-\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d\./g, '-TIME.')) as unknown);

const sorted = (errors: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(errors).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Members that the real answer has and ours has not or has as another type; lists by all members of their rows. */
function missingMembers(real: unknown, mine: unknown): readonly string[] {
  const kind = (data: unknown): string => (Array.isArray(data) ? 'list' : data === null || data === undefined ? 'nothing' : typeof data);
  if (kind(real) !== kind(mine)) return [`(${kind(real)} here, ${kind(mine)} there)`];
  const members = (data: unknown): ReadonlyMap<string, string> => {
    const types = new Map<string, Set<string>>();
    for (const row of Array.isArray(data) ? (data as readonly unknown[]) : [data]) {
      for (const [name, value] of Object.entries(typeof row === 'object' && row !== null ? row : {})) types.set(name, (types.get(name) ?? new Set()).add(kind(value)));
    }
    return new Map([...types].map(([name, kinds]) => [name, [...kinds].sort().join('/')]));
  };
  if (Array.isArray(real) && Array.isArray(mine) && (real.length === 0 || mine.length === 0)) return real.length > 0 && mine.length === 0 ? ['(all rows)'] : [];
  const [have, wanted] = [members(mine), members(real)];
  return [...wanted].flatMap(([name, type]) => (!have.has(name) ? [name] : type.includes('/') || have.get(name) === type ? [] : [`${name} is ${type}, ours ${have.get(name) ?? ''}`]));
}

// A branch that changes many guests, planned and applied against the lab: how often Proxmox and NetBox are asked, by their own logs, and how
// long it takes beside a bare client that asks the same, and beside what the simulated Proxmox itself takes.
import { request, Pool } from 'undici';
import { testsOwn, type RequestEntry } from '../../src/lab/proxmox';
import type { Measured } from './measure';
import { layBreadthGround, waitFor, type BreadthGround } from './breadth-ground';

const nodes = 3;
/** Storages that the plan names, on each node: none, where no disk is made. */
const storagesNamed = 0;
/** As many as the client has in flight at one node. */
const inFlight = 2;
const writeMillis = 50;

const line = (entry: RequestEntry): string => `${entry.method} /api2/json${entry.path}${entry.method === 'GET' && Object.keys(entry.params).length > 0 ? `?${new URLSearchParams(Object.entries(entry.params).map(([key, value]) => [key, String(value)])).toString()}` : ''} HTTP/1.1`;
const templateOf = (path: string): string => path.replace(/\/(?:qemu|lxc)\/\d+/, '/GUEST').replace(/nodes\/pve\d/, 'nodes/NODE');
const tally = (entries: readonly { readonly path: string }[]): string =>
  [...entries.reduce((counts, { path }) => counts.set(templateOf(path), (counts.get(templateOf(path)) ?? 0) + 1), new Map<string, number>())].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([path, count]) => `${count} ${path}`).join(', ');

export async function measureBreadth(planned: number, applied: number): Promise<readonly Measured[]> {
  const ground = await layBreadthGround(planned);
  try {
    return [...await planning(ground, planned), ...await applying(ground, applied)];
  } finally {
    await ground.end();
  }
}

async function planning(ground: BreadthGround, changed: number): Promise<readonly Measured[]> {
  const branchId = await ground.branch('bench-plan', changed, 2);
  const [since, sinceNetBox] = [(await ground.proxmox.requests()).last, await ground.netbox.lastRequest()];
  const began = performance.now();
  const plan = await waitFor(async () => {
    const answer = await ground.api('POST', '/api/intent/plans', { netbox: 'netbox', branchId });
    return answer.status === 201 ? answer.body : null;
  }, 'the plan');
  const millis = performance.now() - began;
  if (plan.actions.length !== changed) throw new Error(`${plan.actions.length} of ${changed} guests are planned: ${JSON.stringify(plan.findings.slice(0, 3))}`);
  const reads = (await ground.proxmox.requests(since)).entries.filter((entry) => entry.agent !== testsOwn);
  const asked = (await ground.netbox.requests(sinceNetBox)).filter((row) => row.agent !== testsOwn);
  const lines = [...reads.map(line), ...asked.map((row) => `${row.method} ${row.path}${row.query} HTTP/1.1`)];
  const bare = await sameAgain(ground, reads, asked.filter((row) => row.method === 'GET'));
  const most = 8 + changed + 2 * nodes + nodes * storagesNamed;
  return [
    { what: `planning ${changed} changed guests: requests of Proxmox`, value: reads.length, unit: '', bound: most, beside: tally(reads) },
    { what: `planning ${changed} changed guests: requests of NetBox`, value: asked.length, unit: '', bound: 25, beside: tally(asked) },
    { what: 'longest request line of them', value: Math.max(...lines.map((text) => Buffer.byteLength(text))), unit: 'B', bound: 4000, beside: '' },
    { what: `planning ${changed} changed guests: time beside a bare client`, value: millis / bare, unit: 'x', bound: 1.5, beside: `${millis.toFixed(0)} ms; the same requests, ${inFlight} at a node at a time: ${bare.toFixed(0)} ms` },
  ];
}

/** The very same reads, by nothing but an HTTP client. */
async function sameAgain(ground: BreadthGround, reads: readonly RequestEntry[], asked: readonly { readonly path: string; readonly query: string; readonly branch: string | null }[]): Promise<number> {
  const { lab } = ground;
  const cluster = lab.proxmox.find((one) => one.name === 'leipzig');
  const pools = new Map((cluster?.nodes ?? []).map((node) => [node.name, new Pool(node.url, { connections: inFlight, connect: { ca: cluster?.caPem ?? '' } })]));
  const headers = { authorization: `PVEAPIToken=root@pam!lab=${lab.secrets.root}`, 'user-agent': testsOwn };
  const began = performance.now();
  for (const row of asked) await (await request(`${lab.netboxUrl}${row.path}${row.query}`, { headers: { authorization: `Token ${lab.secrets.netbox.service}`, 'user-agent': testsOwn, ...(row.branch === null ? {} : { 'x-netbox-branch': row.branch }) } })).body.dump();
  await Promise.all(reads.filter((entry) => entry.method === 'GET').map(async (entry) => {
    const pool = pools.get(entry.node) ?? [...pools.values()][0];
    await (await pool?.request({ method: 'GET', path: line(entry).split(' ')[1] ?? '', headers }))?.body.dump();
  }));
  const millis = performance.now() - began;
  for (const pool of pools.values()) await pool.close();
  return millis;
}

async function applying(ground: BreadthGround, changed: number): Promise<readonly Measured[]> {
  const branchId = await ground.branch('bench-apply', changed, 4);
  await ground.proxmox.order({ match: { method: 'PUT', path: '/config$' }, fault: { delayMillis: writeMillis }, times: changed });
  await ground.as('engineer', 'POST', `/api/plugins/branching/branches/${branchId}/merge/`, { commit: true });
  const find = () => ground.owner.maybe<{ state: string; refusal: unknown; millis: number }>(`select j.state, j.refusal, (extract(epoch from coalesce(j.ended_at, sluice_now()) - j.made_at) * 1000)::float8 as millis from apply_jobs j join merges m on m.id = j.merge_id where m.branch_id = $1`, [branchId]);
  const job = await waitFor(async () => {
    const row = await find();
    return row === null || ['queued', 'running'].includes(row.state) ? null : row;
  }, 'the end of the job');
  if (job.state !== 'done') throw new Error(`the job ended ${job.state}: ${JSON.stringify(job.refusal)}`);
  const simulated = (changed / (nodes * inFlight)) * writeMillis;
  return [{ what: `applying ${changed} updates over ${nodes} nodes, beside Proxmox's own time`, value: job.millis / simulated, unit: 'x', bound: 1.1, beside: `${job.millis.toFixed(0)} ms, ${(job.millis / changed).toFixed(0)} ms a guest; ${writeMillis} ms a write, ${inFlight} at a node: ${simulated.toFixed(0)} ms` }];
}

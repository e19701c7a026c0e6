import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretOf, specCluster, type SpecCluster } from '../../test/setup/proxmox-cluster';
import { tokenIdOf, tokenNames } from '../endpoints';
import { runCli } from './run-cli';

interface Ran { readonly code: number; readonly out: readonly string[]; readonly err: readonly string[] }

async function runIn(cwd: string, ...args: readonly string[]): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(args, { env: {}, cwd, out: (line) => void out.push(line), err: (line) => void err.push(line) });
  return { code, out, err };
}
const run = (...args: readonly string[]): Promise<Ran> => runIn('/', ...args);

describe('sluice setup proxmox', () => {
  it('prints lines for a root shell from its options alone', async () => {
    const { code, out } = await run('setup', 'proxmox', '--print', '--major', '9', '--managed-pool', 'sluice-managed', '--deletable-pool', 'sluice-managed', '--storage', 'vmdata', '--bridge', 'vmbr0');
    expect(code).toBe(0);
    expect(out).toContain('pveum acl modify /storage/vmdata --roles SluiceSpace --users sluice-create@pve --propagate 0');
    expect(out.filter((line) => !/^(#|pveum |$)/.test(line))).toEqual([]);
  });

  it('prints rights on disks, moves, media and templates for the pools and storages that are named', async () => {
    const { code, out } = await run('setup', 'proxmox', '--print', '--managed-pool', 'a', 'b', '--disk-pool', 'a', '--migrate-pool', 'b', '--storage', 'vmdata', '--iso-storage', 'local', '--template-storage', 'local', 'images', '--templates-pool', 'templates');
    expect(code).toBe(0);
    for (const right of ['/pool/a --roles SluiceDisk --users sluice-update@pve', '/pool/b --roles SluiceMigrate --users sluice-update@pve', '/storage/vmdata --roles SluiceSpace --users sluice-update@pve', '/storage/local --roles SluiceStoreAudit --users sluice-create@pve', '/storage/images --roles SluiceStoreAudit --users sluice-create@pve', '/pool/templates --roles SluiceTemplate --users sluice-create@pve']) expect(out).toContain(`pveum acl modify ${right} --propagate 0`);
    expect(out.join('\n')).not.toMatch(/pool\/b --roles SluiceDisk|pool\/a --roles SluiceMigrate/);
  });

  it.each([
    ['a pool for disks that is not managed', ['--managed-pool', 'a', '--disk-pool', 'b'], 'b is to be one whose disks may be changed and is not managed'],
    ['a pool for moves that is not managed', ['--managed-pool', 'a', '--migrate-pool', 'b'], 'b is to be one whose guests may be moved and is not managed'],
    ['a storage with a shell in it', ['--template-storage', '$(id)'], 'is no name that Proxmox would accept'],
    ['a check that prints', ['--check'], "'--check' cannot be used with option '--print'"],
    ['a name with a shell in it', ['--managed-pool', 'x;rm -rf /'], 'is no name that Proxmox would accept'],
    ['a deletable pool that is not managed', ['--managed-pool', 'a', '--deletable-pool', 'b'], 'b is to be deletable and is not managed'],
    ['another major version', ['--major', '7'], 'Allowed choices are 8, 9'],
  ])('refuses %s', async (_what, args, text) => {
    const { code, out, err } = await run('setup', 'proxmox', '--print', ...args);
    expect([code, out]).toEqual([64, []]);
    expect(err.join('\n')).toContain(text);
  });

  it('says which clusters there are when the named one is not configured', async () => {
    const { code, err } = await run('setup', 'proxmox', '--print', '--cluster', 'nowhere');
    expect(code).not.toBe(0);
    expect(err.join('\n')).toMatch(/nowhere|configuration/);
  });
});

describe('sluice setup proxmox --check', () => {
  let cluster: SpecCluster;
  let cwd: string;
  beforeAll(async () => { cluster = await specCluster([]); });
  afterAll(() => cluster.close());
  beforeEach(() => { cwd = mkdtempSync(join(tmpdir(), 'sluice-check-')); mkdirSync(join(cwd, 'config')); });
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));

  const written = (name: string, text: string): string => {
    writeFileSync(join(cwd, name), text);
    return join(cwd, name);
  };
  const configure = (more: object, url = cluster.sim.nodes[0]?.url): void => {
    const netbox = { name: 'main', url: 'https://netbox.example.org', tokenFile: written('t', 't'), webhookSecretFile: written('w', 'w'), gateSecretFile: written('g', 'g') };
    const tokens = Object.fromEntries(tokenNames.map((token) => [token, { id: tokenIdOf(token), secretFile: written(token, secretOf(token)) }]));
    written('config/local.yaml', JSON.stringify({ mode: 'live', netbox: [netbox], clusters: [{ name: 'spec', netbox: 'main', netboxCluster: 'Spec', connections: [{ url }], caFile: written('ca.pem', cluster.sim.caPem), tokens, vmidRange: { first: 9000, last: 9999 }, managedPools: ['sluice-managed', 'cust1'], ...more }] }));
  };
  const check = (...more: readonly string[]): Promise<Ran> => runIn(cwd, 'setup', 'proxmox', '--check', '--cluster', 'spec', ...more);

  it('P15 asks each token for its own rights and says which has too few or too many', async () => {
    configure({ deletablePools: ['sluice-managed'] });
    const { code, out, err } = await check();
    expect(out).toEqual(['ok  reflect: exact', 'NO  create: missing: /pool/cust1: Pool.Allocate', expect.stringMatching(/^NO {2}update: missing: \/pool\/cust1: VM\.Audit/), 'NO  lender: broader, more than the table allows: /pool/cust1: Pool.Audit, VM.Allocate, VM.Audit', 'ok  destroy: exact']);
    expect([code, err]).toEqual([3, ['On cluster spec, create, update, lender may not do exactly what the table says. Compare with: sluice setup proxmox --print --cluster spec']]);
  });

  it('P15 is content with what the printed lines make, and tells it as JSON', async () => {
    for (const kind of ['user', 'token']) {
      await cluster.root.call('PUT', '/access/acl', { path: '/pool/cust1', roles: 'SluiceHandOver', propagate: 0, [`${kind}s`]: kind === 'user' ? 'sluice-create@pve' : tokenIdOf('create') });
      await cluster.root.call('PUT', '/access/acl', { path: '/pool/cust1', roles: 'SluiceManaged', propagate: 0, [`${kind}s`]: kind === 'user' ? 'sluice-update@pve' : tokenIdOf('update') });
    }
    configure({ deletablePools: ['sluice-managed', 'cust1'] });
    const { code, out, err } = await check('--json');
    expect([code, err]).toEqual([0, []]);
    expect(JSON.parse(out.join(''))).toEqual(tokenNames.map((token) => ({ token, verdict: 'exact', observed: '' })));
  });

  it('P30 calls rights that it could not read unknown, never good', async () => {
    configure({}, 'https://127.0.0.1:1');
    const { code, out, err } = await check();
    expect(out).toHaveLength(5);
    expect(out.every((line) => /^NO {2}\w+: unreadable, /.test(line))).toBe(true);
    expect([code, err.join('')]).toEqual([4, expect.stringContaining('so nothing is known about them')]);
  });

  it('says what is missing before it asks anybody', async () => {
    expect(await runIn(cwd, 'setup', 'proxmox', '--check')).toMatchObject({ code: 64, err: [expect.stringContaining('Name a cluster of the configuration')] });
  });
});

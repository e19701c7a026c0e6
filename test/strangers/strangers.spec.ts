// The simulators are what they say when clients that nobody wrote for them work on them: proxmoxer and pynetbox, as installed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { specCluster, specContainer, specGuest } from '../setup/proxmox-cluster';
import { secretOf, smallNetBox } from '../setup/small-netbox';
import { runPython, strangersPython } from './python';

const found = strangersPython();
const where = found.kind === 'found' ? describe : describe.skip;
const title = found.kind === 'found' ? 'clients of strangers' : `clients of strangers (skipped: ${found.why})`;
const python = found.kind === 'found' ? found.python : '';

where(title, () => {
  let directory: string;
  beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'sluice-strangers-')); });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each([['8.4', '8'], ['9.0', '9']] as const)('proxmoxer lists, creates, changes, starts, snapshots, clones and deletes on the simulated Proxmox VE %s', async (version, major) => {
    const cluster = await specCluster([specGuest(100), specContainer(200)], { version });
    try {
      const ca = join(directory, `ca-${major}.pem`);
      writeFileSync(ca, cluster.sim.caPem);
      const { hostname, port } = new URL(cluster.sim.nodes[0]?.url ?? '');
      const { code, said } = await runPython(python, 'proxmoxer_works.py', { PVE_HOST: hostname, PVE_PORT: port, PVE_CA: ca, PVE_MAJOR: major, PVE_TOKEN_ID: cluster.sim.tokenIds.root, PVE_TOKEN_SECRET: 'root-secret' });
      expect(`${said}ended with ${code}`).toMatch(/^(?:ok {2}.*\n)+ended with 0$/);
    } finally {
      await cluster.close();
    }
  }, 60_000);

  it('pynetbox lists, creates, changes, saves and deletes, one and many, in main and in a branch, on the simulated NetBox', async () => {
    const netbox = await smallNetBox();
    try {
      const { key, secret } = secretOf('admin');
      const { code, said } = await runPython(python, 'pynetbox_works.py', { NETBOX_URL: netbox.url, NETBOX_TOKEN: `nbt_${key}.${secret}`, NETBOX_TOKEN_V1: 'a'.repeat(40) });
      expect(`${said}ended with ${code}`).toMatch(/^(?:ok {2}.*\n)+ended with 0$/);
    } finally {
      await netbox.close();
    }
  }, 60_000);
});

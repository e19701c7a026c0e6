// The simulators are what they say when clients that nobody wrote for them work on them: proxmoxer and pynetbox, as installed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPython, strangersPython } from './python';
import { bearer, netboxFor, proxmoxFor, strangersSecret, tokenV1 } from './simulators';

const found = strangersPython();
const where = found.kind === 'found' ? describe : describe.skip;
const title = found.kind === 'found' ? 'clients of strangers' : `clients of strangers (skipped: ${found.why})`;
const python = found.kind === 'found' ? found.python : '';

/** Every line of a script is a step that went well; whatever else it said is shown. */
const everyStep = /^(?:ok {2}.*\n)+ended with 0$/;

where(title, () => {
  let directory: string;
  beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'sluice-strangers-')); });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each([['8.4', '8'], ['9.0', '9']] as const)('proxmoxer lists, creates, changes, starts, snapshots, clones and deletes on the simulated Proxmox VE %s', async (version, major) => {
    const sim = await proxmoxFor(version);
    try {
      const ca = join(directory, `ca-${major}.pem`);
      writeFileSync(ca, sim.caPem);
      const { hostname, port } = new URL(sim.nodes[0]?.url ?? '');
      const { code, said } = await runPython(python, 'proxmoxer_works.py', { PVE_HOST: hostname, PVE_PORT: port, PVE_CA: ca, PVE_MAJOR: major, PVE_TOKEN_ID: sim.tokenIds.root, PVE_TOKEN_SECRET: strangersSecret });
      expect(`${said}ended with ${code}`).toMatch(everyStep);
    } finally {
      await sim.close();
    }
  }, 60_000);

  it('pynetbox lists, creates, changes, saves and deletes, one and many, in main and in a branch, on the simulated NetBox', async () => {
    const sim = await netboxFor();
    try {
      const { code, said } = await runPython(python, 'pynetbox_works.py', { NETBOX_URL: sim.url, NETBOX_TOKEN: bearer, NETBOX_TOKEN_V1: tokenV1 });
      expect(`${said}ended with ${code}`).toMatch(everyStep);
    } finally {
      await sim.close();
    }
  }, 60_000);
});

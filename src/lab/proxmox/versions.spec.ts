import { pveCaller } from './pve-caller';
import { specCluster, specGuest, type SpecCluster } from '../../../test/setup/proxmox-cluster';

describe('the simulated Proxmox VE 9.0 beside 8.4', () => {
  let [v8, v9]: [SpecCluster | null, SpecCluster | null] = [null, null];
  beforeAll(async () => { [v8, v9] = await Promise.all([specCluster([specGuest(100)]), specCluster([specGuest(100)], { version: '9.0' })]); });
  afterAll(async () => { for (const cluster of [v8, v9]) await cluster?.close(); });

  const both = async <T>(ask: (cluster: SpecCluster) => Promise<T>): Promise<readonly T[]> => Promise.all([v8, v9].flatMap((cluster) => (cluster === null ? [] : [ask(cluster)])));

  it('tells its release', async () => {
    expect(await both(async ({ root }) => (await root.call<{ readonly release: string }>('GET', '/version')).body?.data.release)).toEqual(['8.4', '9.0']);
  });

  it('has VM.Monitor before 9 and VM.GuestAgent.* from 9 on, and refuses a role that names the other', async () => {
    const answers = await both(({ root }) => root.call('POST', '/access/roles', { roleid: 'Agents', privs: 'VM.GuestAgent.Audit' }));
    expect(answers.map((answer) => answer.status)).toEqual([400, 200]);
    expect((await both(({ root }) => root.call('POST', '/access/roles', { roleid: 'Monitors', privs: 'VM.Monitor' }))).map((answer) => answer.status)).toEqual([200, 400]);
  });

  it('knows a parameter of 9 from 9 on only', async () => {
    const answers = await both(({ root }) => root.call('POST', '/nodes/pve1/qemu', { vmid: 200, 'ha-managed': 0 }));
    expect(answers.map((answer) => answer.status)).toEqual([400, 200]);
    expect(answers[0]?.body?.errors).toEqual({ 'ha-managed': 'property is not defined in schema and the schema does not allow additional properties' });
  });

  it('shows memory of the host for a guest from 9 on', async () => {
    const rows = await both(async ({ root }) => (await root.call<readonly Record<string, unknown>[]>('GET', '/cluster/resources', { type: 'vm' })).body?.data.find((row) => row['vmid'] === 100) ?? {});
    expect(rows.map((row) => 'memhost' in row)).toEqual([false, true]);
  });

  it('P13 has a certificate of its own for each cluster, so that one is not taken for the other', async () => {
    expect(v8?.sim.caPem).not.toBe(v9?.sim.caPem);
    const caller = pveCaller(v9?.sim.nodes[0]?.url ?? '', v8?.sim.caPem ?? '', null);
    await expect(caller.call('GET', '/version')).rejects.toThrow('self-signed certificate');
    caller.close();
  });
});

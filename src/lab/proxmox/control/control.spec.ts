import { until } from '../../../../test/setup/until';
import { specCluster, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';

describe('the control of the lab', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([100, 101, 102, 103, 104].map((vmid) => specGuest(vmid))); });
  afterEach(() => cluster.lab.clear());
  afterAll(() => cluster.close());

  const config = async (vmid: number): Promise<Record<string, unknown>> => (await cluster.root.call<Record<string, unknown>>('GET', `/nodes/pve1/qemu/${vmid}/config`)).body?.data ?? {};
  const describe100 = (text: string): Promise<{ readonly status: number }> => cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { description: text });

  it('tells what was asked, by method and template, without secrets', async () => {
    await cluster.root.call('GET', '/nodes/pve1/qemu/100/config');
    await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { cipassword: 'canary-secret', ciuser: 'ops' });
    await cluster.token.destroy.call('DELETE', '/nodes/pve1/qemu/100');
    const { counts, entries, last } = await cluster.lab.requests();
    expect(counts).toEqual({ 'GET /nodes/{node}/qemu/{vmid}/config': 1, 'PUT /nodes/{node}/qemu/{vmid}/config': 1, 'DELETE /nodes/{node}/qemu/{vmid}': 1 });
    expect(entries.map((entry) => [entry.token, entry.status])).toEqual([['root@pam!lab', 200], ['root@pam!lab', 200], ['sluice-destroy@pve!destroy', 403]]);
    expect(entries[1]?.params).toEqual({ cipassword: '(secret)', ciuser: 'ops' });
    expect(JSON.stringify(entries)).not.toContain('canary-secret');
    expect((await cluster.lab.requests(last)).entries).toEqual([]);
  });

  it('P26 answer-lost: the write is done and no byte of its answer arrives', async () => {
    await cluster.lab.fault({ method: 'PUT', path: '/qemu/100/config' }, 'answer-lost');
    await expect(describe100('done')).rejects.toThrow();
    expect((await config(100))['description']).toBe('done');
    expect((await describe100('again')).status).toBe(200);
  });

  it('P26 a lost answer to DELETE leaves a task that destroys the guest', async () => {
    await cluster.lab.fault({ method: 'DELETE', path: '/qemu/104$' }, 'answer-lost');
    await expect(cluster.root.call('DELETE', '/nodes/pve1/qemu/104')).rejects.toThrow();
    await until(async () => (await cluster.lab.guest(104)) === null, 'the end of guest 104');
    const tasks = await cluster.root.call<readonly { readonly type: string; readonly status: string }[]>('GET', '/nodes/pve1/tasks', { source: 'all', vmid: 104 });
    expect(tasks.body?.data.map((task) => [task.type, task.status])).toEqual([['qmdestroy', 'OK']]);
  });

  it('connection-reset-before: nothing was done', async () => {
    await cluster.lab.fault({ method: 'PUT', path: '/qemu/100/config' }, 'connection-reset-before');
    await expect(describe100('never')).rejects.toThrow();
    expect((await config(100))['description']).not.toBe('never');
  });

  it('gives ordered statuses, with the work done or not, HTML and half answers, as often as it was told', async () => {
    await cluster.lab.fault({ method: 'PUT' }, { status: 595 }, 2);
    expect([(await describe100('a')).status, (await describe100('b')).status]).toEqual([595, 595]);
    expect((await config(100))['description']).not.toBe('b');
    await cluster.lab.fault({ method: 'PUT' }, { status: 596, executed: true });
    expect((await describe100('c')).status).toBe(596);
    expect((await config(100))['description']).toBe('c');
    await cluster.lab.fault({ method: 'GET', path: '/config$' }, 'html');
    expect((await cluster.root.call('GET', '/nodes/pve1/qemu/100/config')).text).toContain('<!doctype html>');
    await cluster.lab.fault({ method: 'GET', path: '/config$' }, 'truncated');
    await expect(cluster.root.call('GET', '/nodes/pve1/qemu/100/config')).rejects.toThrow();
  });

  it('holds an answer back as long as it was told', async () => {
    await cluster.lab.fault({ path: '/version$' }, { delayMillis: 80 });
    const before = Date.now();
    expect((await cluster.root.call('GET', '/version')).status).toBe(200);
    expect(Date.now() - before).toBeGreaterThanOrEqual(75);
  });

  it('lets a third party act after a request was done and before its answer leaves', async () => {
    await cluster.lab.actAt({ method: 'GET', path: '/qemu/103/config' }, { act: 'rename', vmid: 103, name: 'renamed-meanwhile' }, 'after');
    expect((await config(103))['name']).toBe('guest-103');
    expect((await config(103))['name']).toBe('renamed-meanwhile');
  });

  it('fires for the token that was meant only', async () => {
    await cluster.lab.fault({ token: 'reflect' }, { status: 502 });
    expect((await cluster.root.call('GET', '/version')).status).toBe(200);
    expect((await cluster.token.reflect.call('GET', '/version')).status).toBe(502);
    expect(await cluster.lab.armed()).toEqual([]);
  });

  it('kills a worker: the task ends with `unexpected status` and its lock stays', async () => {
    await cluster.lab.fault({ method: 'POST', path: '/nodes/pve1/qemu$' }, 'task-killed');
    const end = await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu', { vmid: 150, scsi0: 'disks:1' }));
    expect(end.exitstatus).toBe('unexpected status');
    expect((await cluster.lab.guest(150))?.main['lock']).toBe('create');
  });

  it('fails a task with a text, and pauses one until it is lifted', async () => {
    await cluster.lab.fault({ path: '/status/start$' }, { taskFails: 'start failed: got timeout' });
    expect((await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu/101/status/start'))).exitstatus).toBe('start failed: got timeout');
    const paused = await cluster.lab.fault({ path: '/status/start$' }, { taskPaused: 'middle' });
    const started = await cluster.root.call('POST', '/nodes/pve1/qemu/101/status/start');
    const running = await cluster.root.call<readonly { readonly upid: string }[]>('GET', '/nodes/pve1/tasks', { source: 'active' });
    expect(running.body?.data.map((task) => task.upid)).toEqual([started.body?.data]);
    expect((await cluster.lab.guest(101))?.main['lock']).toBeUndefined();
    await cluster.lab.lift(paused);
    expect((await cluster.root.finished(started)).exitstatus).toBe('OK');
  });

  it('lets a third party do what no ACL allows, and says when an order makes no sense', async () => {
    const { lab } = cluster;
    await lab.act({ act: 'set-config', vmid: 102, set: { lock: 'backup', args: '-foo' }, drop: ['scsihw'] });
    await lab.act({ act: 'rename', vmid: 102, name: 'renamed' });
    await lab.act({ act: 'move-to-node', vmid: 102, node: 'pve2' });
    await lab.act({ act: 'pool', vmid: 102, pool: 'cust2' });
    const guest = await lab.guest(102);
    expect([guest?.node, guest?.pool, guest?.main['name'], guest?.main['lock'], guest?.main['args'], guest?.main['scsihw']]).toEqual(['pve2', 'cust2', 'renamed', 'backup', '-foo', undefined]);
    await expect(lab.act({ act: 'start', vmid: 999 })).rejects.toThrow('no guest 999');
    await expect(lab.act({ act: 'pool', vmid: 102, pool: 'none' })).rejects.toThrow('no pool none');
    await expect(lab.act({ act: 'nonsense' } as never)).rejects.toThrow('unexpected value');
  });

  it('takes rights and tokens away from one call to the next', async () => {
    expect((await cluster.token.update.call('GET', '/version')).status).toBe(200);
    await cluster.lab.act({ act: 'revoke-token', token: 'sluice-update@pve!update' });
    expect((await cluster.token.update.call('GET', '/version')).status).toBe(401);
    expect((await cluster.token.reflect.call('GET', '/cluster/status')).status).toBe(200);
    await cluster.lab.act({ act: 'acl', path: '/', role: 'SluiceSysAudit', holder: 'sluice-reflect@pve!reflect', grant: false });
    expect((await cluster.token.reflect.call('GET', '/cluster/status')).reason).toBe('Permission check failed (/, Sys.Audit)');
  });

  it('P10 an act of a third party in the last moment moves the digest that a writer had read', async () => {
    const digest = String((await config(103))['digest']);
    await cluster.lab.actAt({ method: 'PUT', path: '/qemu/103/config' }, { act: 'rename', vmid: 103, name: 'other' });
    const answer = await cluster.root.call('PUT', '/nodes/pve1/qemu/103/config', { cores: 4, digest });
    expect(answer.reason).toBe('checksum mismatch (file change by other user?)');
  });
});

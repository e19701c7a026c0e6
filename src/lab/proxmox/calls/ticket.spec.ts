import { specCluster, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import type { PveAnswer, PveParams } from '../pve-caller';

const line = (answer: PveAnswer): string => `${answer.status} ${answer.body?.message?.trimEnd() ?? answer.reason}`;
interface Given { readonly username: string; readonly ticket: string; readonly CSRFPreventionToken: string; readonly cap: Readonly<Record<string, Readonly<Record<string, number>>>>; readonly clustername?: string }
const form = (params: PveParams): string => Object.entries(params).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');

describe.each(['8.4', '9.0'] as const)('signing in to the simulated Proxmox %s', (version) => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    cluster = await specCluster([specGuest(100)], { version, rootPassword: 'of the machine', unauthorizedDelayMillis: 0 });
    await cluster.root.call('POST', '/access/users', { userid: 'alice@pve', password: 'secret of alice', comment: 'Alice' });
  });
  afterAll(() => cluster.close());

  const signIn = (username: string, password: string, more: PveParams = {}): Promise<PveAnswer<Given>> => cluster.as(null).call<Given>('POST', '/access/ticket', { username, password, ...more });
  const given = async (username: string, password: string): Promise<Given> => {
    const answer = await signIn(username, password);
    if (answer.body === null || answer.status !== 200) throw new Error(line(answer));
    return answer.body.data;
  };
  /** Asks with a ticket, and with the token against forgery unless told not to. */
  const withTicket = ({ ticket, CSRFPreventionToken }: Given, method: string, path: string, params: PveParams = {}, isForged = false): Promise<PveAnswer> =>
    cluster.as(null).raw(method, `/api2/json${path}`, { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`, ...(method === 'GET' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }), ...(isForged ? {} : { csrfpreventiontoken: CSRFPreventionToken }) }, method === 'GET' ? '' : form(params));

  it('gives a ticket for a password, with the realm in the name or beside it, and one answer for all that is wrong', async () => {
    expect((await given('alice@pve', 'secret of alice')).ticket).toMatch(/^PVE:alice@pve:[0-9A-F]{8}::\S+$/);
    expect((await signIn('alice', 'secret of alice', { realm: 'pve' })).body?.data.username).toBe('alice@pve');
    for (const [name, password] of [['alice@pve', 'wrong'], ['alice@nope', 'secret of alice'], ['alice', 'secret of alice'], ['root@pam', 'root-secret']] as const) expect(line(await signIn(name, password))).toBe('401 authentication failure');
  });

  it('tells the owner of a ticket what he may do at large, and an auditor the name of the cluster', async () => {
    expect((await given('alice@pve', 'secret of alice')).cap).toEqual({ access: {}, dc: {}, mapping: {}, nodes: {}, sdn: {}, storage: {}, vms: {} });
    const root = await given('root@pam', 'of the machine');
    expect([root.clustername, root.cap['vms']?.['VM.Allocate'], Object.keys(root.cap['dc'] ?? {}).sort()]).toEqual(['spec', 1, ['SDN.Allocate', 'SDN.Audit', 'SDN.Use', 'Sys.Audit', 'Sys.Modify']]);
  });

  it('makes root@pam itself of a ticket, which no token of root is', async () => {
    const root = await given('root@pam', 'of the machine');
    expect(line(await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { args: '-no-reboot' }))).toBe("500 only root can set 'args' config");
    expect(line(await withTicket(root, 'PUT', '/nodes/pve1/qemu/100/config', { args: '-no-reboot' }))).toBe('200 OK');
  });

  it('wants the token against forgery for every write, and its own', async () => {
    const [root, alice] = [await given('root@pam', 'of the machine'), await given('alice@pve', 'secret of alice')];
    expect((await withTicket(root, 'GET', '/version', {}, true)).status).toBe(200);
    expect(line(await withTicket(root, 'PUT', '/nodes/pve1/qemu/100/config', { description: 'x' }, true))).toBe('401 Permission denied - invalid csrf token');
    expect(line(await withTicket({ ...root, CSRFPreventionToken: alice.CSRFPreventionToken }, 'PUT', '/nodes/pve1/qemu/100/config', { description: 'x' }))).toBe('401 Permission denied - invalid csrf token');
  });

  it('takes a ticket for two hours, and for the password of the next one', async () => {
    const first = await given('alice@pve', 'secret of alice');
    await cluster.lab.advance(7100);
    const second = await given('alice@pve', first.ticket);
    expect(line(await signIn('root@pam', first.ticket))).toBe('401 authentication failure');
    await cluster.lab.advance(200);
    expect(line(await withTicket(first, 'GET', '/version'))).toBe('401 Authentication failed!');
    expect(line(await signIn('alice@pve', first.ticket))).toBe('401 authentication failure');
    expect((await withTicket(second, 'GET', '/version')).status).toBe(200);
  });

  it('changes a password for its owner, by ticket only', async () => {
    const alice = await given('alice@pve', 'secret of alice');
    const asked = { userid: 'alice@pve', password: 'another secret' };
    expect((await cluster.root.call('PUT', '/access/password', asked)).reason).toBe("Permission check failed (URI '/access/password' not available with API token, need proper ticket.");
    expect(line(await withTicket(alice, 'PUT', '/access/password', { ...asked, userid: 'root@pam' }))).toBe('403 Permission check failed');
    if (version === '9.0') expect((await withTicket(alice, 'PUT', '/access/password', asked)).status).toBe(401);
    expect(line(await withTicket(alice, 'PUT', '/access/password', { ...asked, ...(version === '9.0' ? { 'confirmation-password': 'secret of alice' } : {}) }))).toBe('200 OK');
    expect(line(await signIn('alice@pve', 'secret of alice'))).toBe('401 authentication failure');
    expect((await signIn('alice@pve', 'another secret')).status).toBe(200);
  });

  it('says in the format of the old interface what went wrong with a 200', async () => {
    const answer = await cluster.root.raw('GET', '/api2/extjs/nodes/pve1/qemu/999/config', {}, '');
    expect([answer.status, answer.body]).toEqual([200, { data: null, message: "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist\n", status: 500, success: 0 }]);
  });
});

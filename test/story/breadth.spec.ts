// The second waiting branch of the lab: a clone with cloud-init, a container, and a guest that runs changed in several ways; then the
// same once more, from outside: what stands in Proxmox is what the branch said, and a fresh plan of it is empty.
import { planOf } from '../setup/scenes';
import { startStory, type Story } from '../setup/story';
import { until } from '../setup/until';
import { secondBranch } from '../../src/lab/scenario/netbox';

jest.setTimeout(120_000);

let story: Story;
let branchId = 0;
beforeAll(async () => {
  story = await startStory();
  branchId = (await story.netbox('admin').get<{ results: { id: number }[] }>(`/api/plugins/branching/branches/?name=${secondBranch}`)).body.results[0]?.id ?? 0;
});
afterAll(() => story.end());

const config = (vmid: number, kind: 'qemu' | 'lxc', node: string): Promise<any> => story.proxmoxGet('leipzig', `nodes/${node}/${kind}/${vmid}/config`);

describe('the branch app-tier', () => {
  it('P2 is planned whole: what each guest is made from, with which addresses, and every step', async () => {
    const { body } = await planOf(story, branchId);
    expect(body.findings.filter((finding) => finding.severity === 'refusal')).toEqual([]);
    expect(body.actions.map((action) => [action.kind, action.guest.name, action.steps.map((step) => step.kind)])).toEqual([
      ['update', 'web-02', ['tags', 'on-boot', 'disk-grow', 'nic', 'stamp']],
      ['create', 'app-02', ['clone', 'hand-over', 'cores', 'memory', 'nic', 'disk-grow', 'cloud-init', 'tags', 'start', 'stamp']],
      ['create', 'cache-01', ['create', 'hand-over', 'tags', 'start', 'stamp']],
    ]);
    expect(body.permitted).toBe(true);
  });

  it('P11, P13 is applied: the clone runs with our marker, its addresses and the gateway of IPAM; the container has its own', async () => {
    const job = await story.merge(branchId);
    expect([job.status.value, job.error]).toEqual(['completed', '']);
    const find = () => story.owner.maybe<{ id: string; state: string; refusal: unknown }>('select j.id, j.state, j.refusal from apply_jobs j join merges m on m.id = j.merge_id where m.branch_id = $1', [branchId]);
    await until(async () => ['done', 'refused', 'partial', 'diverged', 'stuck'].includes((await find())?.state ?? ''), 'the end of the job', 60_000);
    expect(await find()).toMatchObject({ state: 'done', refusal: null });
    const links = await story.owner.rows<{ vmid: number; kind: 'qemu' | 'lxc'; guest_id: string }>(`select vmid, kind, guest_id from guest_links where state = 'live' and guest_id::text not like '10000000-%' order by kind`);
    expect(links.map((link) => link.kind)).toEqual(['lxc', 'qemu']);
    const [container, clone] = [await config(links[0]?.vmid ?? 0, 'lxc', 'pve1'), await config(links[1]?.vmid ?? 0, 'qemu', 'pve1')];
    expect(container).toMatchObject({ hostname: 'cache-01', cores: 2, memory: 2048, net0: expect.stringMatching(/gw=10\.20\.0\.1.*ip=10\.20\.0\.30\/24|ip=10\.20\.0\.30\/24.*gw=10\.20\.0\.1/) });
    expect(container.description).toContain(links[0]?.guest_id);
    expect(clone).toMatchObject({ name: 'app-02', cores: 2, memory: '2048', ciuser: 'ops', ipconfig0: expect.stringContaining('gw=10.20.0.1'), nameserver: '10.20.0.53', searchdomain: 'lab.example', net0: expect.stringContaining('tag=20'), scsi0: expect.stringContaining('size=16G'), tags: 'web' });
    expect(decodeURIComponent(clone.sshkeys)).toMatch(/^ssh-ed25519 AAAA\S+ ops@lab$/);
    expect(clone.description).toContain(links[1]?.guest_id);
    expect(await config(5002, 'qemu', 'pve2')).toMatchObject({ tags: expect.stringMatching(/production;web/), onboot: 1, net0: expect.stringContaining('tag=20'), scsi0: expect.stringContaining('size=24G') });
  });

  it('is empty when it is planned again', async () => {
    const { body } = await planOf(story, branchId);
    expect([body.actions, body.deletions, body.findings.filter((finding) => finding.severity === 'refusal')]).toEqual([[], [], []]);
  });
});

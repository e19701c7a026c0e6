// The machine that was recorded, and what its recorder did beside the exchanges.
import type { Act, ProxmoxLab, ProxmoxSimOptions, PveCaller } from '../../../src/lab/proxmox';
import type { Credentials } from './credentials';

export const options: ProxmoxSimOptions = {
  clusterName: 'recorded', version: '8.4', nodes: ['pve1', 'pve2'], taskMillis: 0, flockMillis: 50, rootTokenSecret: 'root', rootPassword: 'root password', bridges: ['vmbr0'], portlessBridges: ['vmbr0'], nodeCores: 2,
  storages: [{ id: 'local', content: 'iso,vztmpl,backup,snippets,import', type: 'dir', sizeGiB: 100 }, { id: 'disks', content: 'images,rootdir', type: 'dir', sizeGiB: 200 }],
  seed: { pools: [], guests: [], images: [{ volid: 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst', gib: 0.1 }] },
};

export interface Tools { readonly lab: ProxmoxLab; readonly root: PveCaller; readonly ours: Map<string, string>; readonly credentials: Credentials }
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
export const meanwhile: Readonly<Record<number, (tools: Tools) => Promise<void> | void>> = {
  1: act({ act: 'member', node: 'pve2', member: false }),
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
  494: async ({ root, credentials }) => credentials.note(await root.call('POST', '/access/users/alice@pve/token/t2', { privsep: 1 })),
  // The host had no tool to make a backup of a VM.
  573: async ({ lab }) => void (await lab.fault({ path: '/vzdump$' }, { taskFails: 'there is no tool for it' })),
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
  638: act({ act: 'member', node: 'pve2', member: true }),
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


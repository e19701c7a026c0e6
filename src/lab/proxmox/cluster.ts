// The running cluster: its state, its clock, the file locks of guests, and the one place where state is saved. Everything
// that changes state calls `commit` before an answer leaves, so that a restart continues where the answer said it was.
import { privilegesOf } from './roles';
import type { AccessState } from './acl';
import { touched } from './config-text';
import type { ProxmoxSimOptions } from './options';
import { haRound } from './ha';
import { die } from './pve-error';
import { refreshStatistics } from './statistics';
import { storagesOf } from './storages';
import type { ClusterState, Guest, GuestKind, Storage } from './state';

export class Cluster {
  private readonly flocks = new Map<number, Promise<void>>();
  /** Called when tasks have to stop because the simulator closes. */
  readonly closing = new AbortController();

  constructor(readonly options: ProxmoxSimOptions, readonly state: ClusterState, private readonly save: (state: ClusterState) => void) {
    state.storages ??= storagesOf(options.storages);
  }

  /** Unix seconds of the simulated cluster. */
  now(): number {
    return Math.floor(Date.now() / 1000) + this.state.clockOffset;
  }

  get access(): AccessState {
    const { roles, acl, tokens, poolOf } = this.state;
    return { roles, acl, tokens, poolOf, allPrivileges: privilegesOf(this.options.version) };
  }

  get nodeCores(): number {
    return this.options.nodeCores ?? 16;
  }

  commit(): void {
    if (!this.closing.signal.aborted) this.save(this.state);
  }

  /** Statistics are taken every ten seconds; a change must not slip in before the round that was due. */
  tick(): void {
    haRound(this);
    refreshStatistics(this);
  }

  guest(vmid: number | string): Guest | null {
    return this.state.guests[String(vmid)] ?? null;
  }

  guests(): readonly Guest[] {
    return Object.values(this.state.guests);
  }

  /** The guest in its place, or the text Proxmox has for wrong node, wrong kind and gone alike. */
  guestAt(node: string, kind: GuestKind, vmid: number | string): Guest {
    const guest = this.guest(vmid);
    if (guest === null || guest.node !== node || guest.kind !== kind) return die(`Configuration file 'nodes/${node}/${kind === 'qemu' ? 'qemu-server' : 'lxc'}/${vmid}.conf' does not exist`);
    return guest;
  }

  /** Tells that the entries of a guest changed. Without quorum the cluster file system is read-only. */
  changed(guest: Guest): void {
    if (!this.state.quorate) die(`unable to open file '/etc/pve/nodes/${guest.node}/${guest.kind === 'qemu' ? 'qemu-server' : 'lxc'}/${guest.vmid}.conf.tmp.${this.state.lastPid}' - Permission denied`);
    touched(guest);
    this.commit();
  }

  mustBeWritable(guest: Guest): void {
    if (!this.state.quorate) this.changed(guest);
  }

  get storages(): Record<string, Storage> {
    return this.state.storages ?? {};
  }

  storage(id: string): Storage {
    return this.storages[id] ?? die(`storage '${id}' does not exist`);
  }

  /** One holder at a time per guest; the others wait ten seconds at most (Proxmox VE 8.4). */
  async withFlock<T>(kind: GuestKind, vmid: number, run: () => Promise<T> | T): Promise<T> {
    const before = this.flocks.get(vmid);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    const mine = (before ?? Promise.resolve()).then(() => held);
    this.flocks.set(vmid, mine);
    void mine.then(() => {
      if (this.flocks.get(vmid) === mine) this.flocks.delete(vmid);
    });
    if (before !== undefined && !(await this.waited(before))) {
      release();
      const file = kind === 'qemu' ? `/var/lock/qemu-server/lock-${vmid}.conf` : `/run/lock/lxc/pve-config-${vmid}.lock`;
      return die(`can't lock file '${file}' - got timeout`);
    }
    try {
      return await run();
    } finally {
      release();
    }
  }

  private async waited(before: Promise<void>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => { timer = setTimeout(() => resolve(false), this.options.flockMillis ?? 10_000); });
    const won = await Promise.race([before.then(() => true), late]);
    clearTimeout(timer);
    return won;
  }
}

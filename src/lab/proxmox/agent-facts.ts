// What is inside a guest as far as its agent tells it: data of a seed, of the lab's third party, or made from the configuration.

export interface OsFacts {
  readonly id: string; readonly name: string; readonly version: string; readonly 'version-id': string; readonly 'pretty-name': string;
  readonly 'kernel-release': string; readonly 'kernel-version': string; readonly machine: string;
}

export interface FileSystem { readonly name: string; readonly mountpoint: string; readonly type: string; readonly 'total-bytes'?: number; readonly 'used-bytes'?: number; readonly disk: readonly unknown[] }

export interface AgentFacts {
  /** `silent`: nobody answers. `stuck`: answers a ping and nothing else. `empty`: answers and knows of nothing. */
  readonly state: 'running' | 'silent' | 'stuck' | 'empty';
  readonly hostname?: string;
  readonly os?: OsFacts;
  /** By network device, `net0: ['10.1.1.50/24', 'fd00:1::50/64']`: a device without an entry is down. Absent: made from `ipconfig`. */
  readonly addresses?: Readonly<Record<string, readonly string[]>>;
  readonly filesystems?: readonly FileSystem[];
  /** What `exec` of a path does, besides the few programs that every guest has. */
  readonly programs?: Readonly<Record<string, Ended>>;
  /** Programs of every guest that this one has not. */
  readonly lacks?: readonly string[];
  /** Commands that are switched off in the guest, `guest-exec`. */
  readonly disabled?: readonly string[];
}

export interface Ended { readonly exitcode: number; readonly out?: string; readonly err?: string }

export interface Inside { agent: AgentFacts; files: Record<string, string>; processes: Record<string, Ended>; lastPid: number }

export const insideWith = (agent: AgentFacts): Inside => ({ agent, files: {}, processes: {}, lastPid: 100 });

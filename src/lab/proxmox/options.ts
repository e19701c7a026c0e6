// What a simulated Proxmox cluster is started with. Seeds are data: which guests exist, who may do what.
import type { PveVersion } from '../../proxmox/schema';
import type { AgentFacts } from './agent-facts';
import type { SluiceRights, TokenName } from './sluice-rights';
import type { GuestKind } from './state';

export interface StorageOptions {
  readonly id: string; readonly content: string; readonly type: 'dir' | 'lvmthin' | 'lvm'; readonly sizeGiB: number; readonly shared?: boolean;
  /** Other properties of its section in storage.cfg, `path`, `vgname`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface SeedGuest {
  readonly vmid: number; readonly kind: GuestKind; readonly node: string; readonly pool?: string; readonly running?: boolean; readonly protection?: boolean;
  /** Entries of the configuration text as they stand; uuid, MACs and ctime come from the caller. */
  readonly config: Readonly<Record<string, string>>;
  /** What is inside; absent: a Debian that tells what its configuration says. */
  readonly agent?: AgentFacts;
}

export interface ProxmoxSimOptions {
  readonly clusterName: string;
  readonly version: PveVersion;
  /** Each gets an HTTPS port of its own on 127.0.0.1; any of them serves the whole API. */
  readonly nodes: readonly string[];
  /** Fixed ports in the order of the nodes; 0 or absent = any. */
  readonly ports?: readonly number[];
  readonly nodeCores?: number;
  readonly nodeMemoryMiB?: number;
  readonly storages: readonly StorageOptions[];
  readonly bridges: readonly string[];
  /** Of them, those that no network card of the node is plugged into: they carry no VLANs. */
  readonly portlessBridges?: readonly string[];
  /** How long a worker task takes; 0 = as soon as the answer is out. */
  readonly taskMillis: number;
  /** How long a write waits for the lock of its guest; default 10 000, as the real one. */
  readonly flockMillis?: number;
  /** How long a 401 is held back (3000 on the real one); default 0. */
  readonly unauthorizedDelayMillis?: number;
  /** How long a connection may be silent before it is closed; default 5000, as the real one. */
  readonly idleMillis?: number;
  /** Read if present, rewritten as a whole (temporary file, rename) after every change. */
  readonly stateFile?: string;
  /** Secret of `root@pam!lab`, privsep 0: every privilege, and still not root@pam itself. */
  readonly rootTokenSecret: string;
  /** With it root@pam itself signs in; absent: nobody does. */
  readonly rootPassword?: string;
  readonly seed: {
    readonly pools: readonly string[]; readonly guests: readonly SeedGuest[]; readonly rights?: SluiceRights;
    /** Installation media and container templates, `local:iso/debian.iso`, `local:vztmpl/debian-12.tar.zst`. */
    readonly images?: readonly { readonly volid: string; readonly gib: number }[];
  };
}

export interface RunningProxmoxSim {
  readonly nodes: readonly { readonly name: string; readonly url: string }[];
  readonly caPem: string;
  readonly tokenIds: Readonly<Record<TokenName | 'root', string>>;
  /** How often the state was written: reads of configurations must not. */
  stateWrites(): number;
  close(): Promise<void>;
}

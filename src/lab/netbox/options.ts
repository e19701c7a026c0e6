// What a simulated NetBox is started with. Everything is data, because the simulator usually runs in a child process.
import type { NetBoxVersion } from './models/since-4-6';
import type { Json } from './store/row';

export interface SeedPermission {
  readonly name: string;
  readonly objectTypes: readonly string[];
  readonly actions: readonly string[];
  readonly constraints?: Json;
}

export interface SeedUser {
  readonly username: string;
  /** Not held to the password rules of the real one. */
  readonly password: string;
  readonly superuser?: boolean;
  readonly email?: string;
  readonly firstName?: string;
  /** 40 characters; sent as `Token <it>`. */
  readonly tokenV1?: string;
  /** Sent as `Bearer nbt_<key>.<secret>`. */
  readonly tokenV2?: { readonly key: string; readonly secret: string };
  /** Assigned to the user directly. */
  readonly permissions?: readonly SeedPermission[];
}

/**
 * One REST request of the seed, answered in process before the port opens; anything but a 2xx ends the start with its text.
 * Foreign keys are written as NetBox allows them, by attributes (`"cluster": {"name": "pve-a"}`). Where only a number will do, `save` names the id of
 * the answer (a list of names for a bulk create) and `{{name}}` stands for it: as a whole string value in a body, or inside `path`.
 * After a POST that makes a branch or queues a job the seed waits for the worker, so the next request may already use the branch.
 */
export interface SeedRequest {
  readonly as: string;
  /** Name of the branch to work in. */
  readonly branch?: string;
  readonly method?: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: Json;
  readonly save?: string | readonly string[];
}

export interface NetBoxSimOptions {
  /** The instance's configured name at Sluice; sent as `netbox` to the gate. */
  readonly name: string;
  /** 0 or absent = any. */
  readonly port?: number;
  /** Read if present (then `users` and `seed` are not applied again), rewritten after every change. */
  readonly stateFile?: string;
  /** What a state file was written with does not matter. */
  readonly version: NetBoxVersion;
  readonly users: readonly SeedUser[];
  readonly seed: readonly SeedRequest[];
}

export interface RunningNetBoxSim {
  readonly url: string;
  close(): Promise<void>;
}

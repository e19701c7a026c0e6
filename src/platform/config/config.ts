// What a process knows about its surroundings: read once at start, frozen, handed down as a value. Nobody else reads the environment.
import type { FieldMap } from '../../netbox/ports';
import type { SoftRule } from '../../policy/core/bounds';

export type ProcessRole = 'api' | 'worker' | 'deleter' | 'scheduler';
export const processRoles: readonly ProcessRole[] = ['api', 'worker', 'deleter', 'scheduler'];

/** The five tokens of a cluster (DESIGN "Tokens at Proxmox"). */
export type TokenUse = 'reflect' | 'create' | 'update' | 'lender' | 'destroy';
export const tokenUses: readonly TokenUse[] = ['reflect', 'create', 'update', 'lender', 'destroy'];

export interface Config {
  readonly mode: 'lab' | 'live';
  /** The lab's simulators are started with Sluice. */
  readonly startLab: boolean;
  readonly dataDirectory: string;
  readonly roles: readonly ProcessRole[];
  /** `url: null` = the embedded PostgreSQL. */
  readonly database: { readonly url: string | null; readonly rolePasswordsFile: string };
  /** Port 0 = any free one. */
  readonly http: { readonly host: string; readonly port: number; readonly publicUrl: string | null };
  readonly log: { readonly level: LogLevel; readonly pretty: boolean };
  readonly netbox: readonly NetBoxConfig[];
  readonly clusters: readonly ClusterConfig[];
  readonly deletion: DeletionPolicyConfig;
  /** Durations are seconds, here and below. */
  readonly plan: { readonly expiresAfter: number; readonly startWithin: number; readonly maxCores: number | null; readonly maxMemoryMib: number | null; readonly maxCreates: number | null; readonly maxUpdates: number | null; readonly maxDeletions: number | null };
  /** The phrase that lets anything be sent to Proxmox, or null. */
  readonly intent: { readonly allow: string | null };
  readonly protected: { readonly guests: readonly string[] };
  readonly rules: Readonly<Record<SoftRule, 'refusal' | 'warning'>>;
  readonly journal: { readonly checkpointFile: string; readonly checkpointEvery: number };
  readonly serviceTokens: readonly ServiceTokenConfig[];
  readonly reconcileEvery: number;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
export const logLevels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

export interface NetBoxConfig {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly webhookSecret: string;
  readonly gateSecret: string;
  readonly caFile: string | null;
  readonly fields: Partial<FieldMap>;
}

export interface TokenConfig { readonly id: string; readonly secret: string }

export interface ClusterConfig {
  readonly name: string;
  /** Name of the NetBox instance in `netbox` that documents this cluster, and the cluster's name there. */
  readonly netbox: string;
  readonly netboxCluster: string;
  readonly version: '8.4' | '9.0';
  readonly connections: readonly { readonly node: string | null; readonly url: string }[];
  readonly verifyTls: boolean;
  readonly caFile: string | null;
  /** False: this cluster is read and never written to. */
  readonly allowWrites: boolean;
  /** Only those that the process's roles may hold (P16). */
  readonly tokens: Readonly<Partial<Record<TokenUse, TokenConfig>>>;
  readonly intakePool: string;
  readonly managedPools: readonly string[];
  readonly deletablePools: readonly string[];
  readonly diskPools: readonly string[];
  readonly migratePools: readonly string[];
  readonly defaultBridge: string | null;
  readonly defaultStorage: string | null;
  readonly vmidRange: { readonly first: number; readonly last: number };
}

export interface DeletionPolicyConfig {
  readonly threshold: number;
  readonly window: number;
  readonly approveWithin: number;
  /** Counted from the end of the window. */
  readonly startWithin: number;
  readonly maxPerHour: number;
  readonly powerOff: 'refuse' | 'shutdown' | 'shutdown-then-stop';
}

export interface ServiceTokenConfig { readonly name: string; readonly token: string; readonly permissions: readonly string[] }

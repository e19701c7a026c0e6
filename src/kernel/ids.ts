// Every identifier of the house has its own type, so that the compiler notices a swap.
import type { Brand } from './brand';

/** A Proxmox VMID: 100..999999999, unique over qemu and lxc in one cluster, recycled by Proxmox at once. */
export type Vmid = Brand<number, 'Vmid'>;
/** A Proxmox task id, `UPID:node:pid:pstart:starttime:type:id:user:`. */
export type Upid = Brand<string, 'Upid'>;
/** SHA-1 of a guest's configuration text as Proxmox reports it: a version stamp, not an identity. */
export type ConfigDigest = Brand<string, 'ConfigDigest'>;
/** SHA-256 (hex) over canonical JSON: the name of a plan or a request's content. */
export type Digest = Brand<string, 'Digest'>;
export type PlanId = Brand<string, 'PlanId'>;
export type JobId = Brand<string, 'JobId'>;
export type RequestId = Brand<string, 'RequestId'>;
export type EffectId = Brand<string, 'EffectId'>;
export type MergeId = Brand<string, 'MergeId'>;
export type PersonId = Brand<string, 'PersonId'>;
/** Sluice's own id of a guest, for ever; stands in the marker and in the link row. */
export type GuestId = Brand<string, 'GuestId'>;

/** Reads a VMID; null when it is not one (Proxmox VE 8.4: 100..999999999). */
export function asVmid(value: unknown): Vmid | null {
  const number = typeof value === 'string' && /^[1-9]\d{2,8}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 100 && number <= 999_999_999 ? (number as Vmid) : null;
}

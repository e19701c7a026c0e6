// The lab's own secrets: made once per state directory, so that a restart finds the same tokens.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LabSecrets {
  readonly root: string;
  readonly proxmox: Readonly<Record<'reflect' | 'create' | 'update' | 'lender' | 'destroy', string>>;
  readonly netbox: Readonly<Record<'admin' | 'engineer' | 'approver' | 'service', string>>;
  readonly webhook: string;
  readonly gate: string;
  readonly serviceToken: string;
  readonly passwords: Readonly<Record<'engineer' | 'approver', string>>;
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const uuid = (): string => hex(16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export function labSecrets(file: string): LabSecrets {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as LabSecrets;
  const made: LabSecrets = {
    root: uuid(), proxmox: { reflect: uuid(), create: uuid(), update: uuid(), lender: uuid(), destroy: uuid() },
    netbox: { admin: hex(20), engineer: hex(20), approver: hex(20), service: hex(20) }, webhook: hex(24), gate: hex(24), serviceToken: hex(24), passwords: { engineer: hex(5), approver: hex(5) },
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(made, null, 2), { mode: 0o600 });
  return made;
}

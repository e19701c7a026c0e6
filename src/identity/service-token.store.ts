// Bearer tokens of services: only the hash is kept (P40); a service never approves (P17, kept by the table's CHECK).
import { sha256Hex } from '../kernel';
import type { Tx } from '../platform/database';
import type { ServiceActor } from './core/actor';
import type { Permission } from './core/permission';

export class ServiceTokenStore {
  async find(tx: Tx, token: string): Promise<ServiceActor | null> {
    const row = await tx.maybe<{ name: string; permissions: Permission[] }>('select name, permissions from service_tokens where token_hash = $1', [sha256Hex(token)]);
    return row === null ? null : { kind: 'service', name: row.name, permissions: new Set(row.permissions) };
  }
}

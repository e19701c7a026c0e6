import { optionalRight } from './rule';

/** Guests are moved only in pools where an administrator allowed it: with this right alone a guest can also be sent to a foreign cluster (Proxmox VE 8.4). */
export const rightMigrate = optionalRight('right.migrate', 'VM.Migrate', '--migrate-pool', ['migrate']);

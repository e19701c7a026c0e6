// The door of what `sluice lab record` does.
export { recordNetBox } from './netbox';
export { recordProxmox } from './proxmox';
export type { Recording, RecordOrder } from './recording';
export { removedLine } from './removals';

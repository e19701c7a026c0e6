// The door of the Proxmox client. Lender and destroyer are not here on purpose: each has one importer (P15, P16).
export type * from './ports';
export { followTask, type FollowOptions } from './tasks';
export { taskEnd } from './task-end';

// The door of the Proxmox client. Lender and destroyer are not here on purpose: each has one importer (P15, P16).
export type * from './ports';
export type { ProxmoxConnection, ProxmoxUrl, TokenCredential } from './connection';
export { defaultIntakePool, proxmoxCreator } from './creator';
export { openProxmox, type ProxmoxHttp, type ProxmoxHttpOptions } from './http';
export { asUpid } from './outcome';
export { proxmoxReader } from './reader';
export type { PveVersion } from './schema';
export { taskEnd } from './task-end';
export { followTask, type FollowOptions } from './tasks';
export { proxmoxUpdater } from './updater';

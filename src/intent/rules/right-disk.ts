import { optionalRight } from './rule';

/** Disks are made, grown and detached only in pools where an administrator allowed it: the update token does not hold the right by itself. */
export const rightDisk = optionalRight('right.disk', 'VM.Config.Disk', '--disk-pool', ['disk-add', 'disk-grow', 'disk-detach']);

import { cluster } from './cluster';
import { addresses } from './addresses';
import type { Concern } from './concern';
import { disks } from './disks';
import { nics } from './nics';
import { node } from './node';
import { onBoot } from './on-boot';
import { shutdown, start } from './power';
import { cores, memory } from './size';
import { tags } from './tags';
import { description, name } from './words';

/** In the order of their steps: off first, then everything that happens where it stands, then to where it shall stand, on last. */
export const concerns: readonly Concern[] = [shutdown, name, cores, memory, description, tags, onBoot, disks, nics, addresses, node, start, cluster];

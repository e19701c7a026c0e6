import { join } from 'node:path';
import type { RunningLab } from './start-lab';

/** What a newcomer reads after the start: one URL, two people, what to do first. */
export const welcome = (url: string, lab: RunningLab): string => `
Sluice's lab is running: ${url}

  engineer   password ${lab.secrets.passwords.engineer}   wrote the branch that waits in the simulated NetBox
  approver   password ${lab.secrets.passwords.approver}   may approve what the engineer may not

Simulated NetBox: ${lab.netboxUrl}   Simulated Proxmox: ${lab.proxmox.map((cluster) => `${cluster.name} ${cluster.nodes[0]?.url ?? ''}`).join('   ')}
Everything else (tokens, CA files) stands in .data/lab.json. Ctrl-C stops it; sluice lab reset forgets it.
`;

export const labFileOf = (checkout: string): string => join(checkout, '.data', 'lab.json');

// `npm run schema`: writes src/proxmox/schema/official.ts anew from the official schemas in SLUICE_RECORDINGS.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calls, indexes } from '../../../src/proxmox/schema/calls';
import { childrenOf, compile, type OfficialMethod } from './compile';
import { print } from './print';

const root = join(process.env['SLUICE_RECORDINGS'] ?? join(__dirname, '..', '..', '..', '..', 'shared'), 'schemas');
const read = (version: 8 | 9): readonly OfficialMethod[] => JSON.parse(readFileSync(join(root, `pve-${version}.json`), 'utf8')) as readonly OfficialMethod[];

export const compiled = (): string => print(compile(calls, read(8), read(9)), { '8.4': childrenOf(indexes, read(8)), '9.0': childrenOf(indexes, read(9)) });
export const target = join(__dirname, '..', '..', '..', 'src', 'proxmox', 'schema', 'official.ts');

if (require.main === module) writeFileSync(target, compiled());

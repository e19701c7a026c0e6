// The official API schemas of both products, read by tests only. They are no part of this repository: where they are missing
// nothing is held against them, and the run's last lines say so.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.env['SLUICE_RECORDINGS'] ?? join(__dirname, '..', '..', '..', '..', 'shared'), 'schemas');

export type SchemaFile = 'pve-8.json' | 'pve-9.json' | 'netbox-4.5.10.json';

/** Read once, and only when a simulator of that version was asked something; null where it is missing. */
export function lazily<T>(file: SchemaFile, make: (schema: unknown) => T): () => T | null {
  let made: T | null | undefined;
  return () => {
    const path = join(folder, file);
    made ??= existsSync(path) ? make(JSON.parse(readFileSync(path, 'utf8'))) : null;
    return made;
  };
}

export const hasOfficialSchemas = existsSync(folder);

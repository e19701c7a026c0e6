// Inventories that `sluice lab record` made of real installations: answers to GET, each with the template of its path. They are
// read by tests only, from `recordings/inventories/<name>/` below SLUICE_RECORDINGS, and nothing of them is kept in the repository.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findMethod } from '../../../src/proxmox/schema';
import { readExchanges } from '../proxmox/recording';

/** What an inventory is of, and which simulator it is held against. */
export type Product = 'proxmox-8' | 'proxmox-9' | 'netbox';
export interface Answer { readonly where: string; readonly template: string; readonly status: number; readonly query: readonly string[]; readonly body: unknown }
export interface Inventory { readonly product: Product; readonly answers: readonly Answer[] }

const root = join(process.env['SLUICE_RECORDINGS'] ?? join(__dirname, '..', '..', '..', '..', 'shared'), 'recordings', 'inventories');

/** Where real inventories lie, with their names. */
export const recordedInventories = (): readonly { readonly name: string; readonly directory: string }[] =>
  existsSync(root) ? readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => ({ name, directory: join(root, name) })) : [];

export function readInventory(directory: string): Inventory {
  const lines = readdirSync(directory).find((name) => /^pve-.*\.jsonl$/.test(name));
  if (lines === undefined) return { product: 'netbox', answers: ofNetBox(directory) };
  return { product: lines.startsWith('pve-8') ? 'proxmox-8' : 'proxmox-9', answers: ofProxmox(join(directory, lines)) };
}

const ofProxmox = (file: string): readonly Answer[] =>
  readExchanges(file).map(({ seq, method, path, params, status, body }) => {
    const below = path.replace(/^\/api2\/json/, '');
    return { where: `${seq} ${method} ${below}`, template: findMethod('GET', decodeURIComponent(below))?.spec.path ?? below, status, query: params, body };
  });

interface File { readonly request: { readonly method: string; readonly path: string; readonly query: Readonly<Record<string, string>> }; readonly response: { readonly status: number; readonly body: unknown } }

const ofNetBox = (directory: string): readonly Answer[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).sort().map((name) => {
    const { request, response } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as File;
    return { where: `${name} ${request.method} ${request.path}`, template: request.path.replace(/\/\d+\//g, '/{id}/'), status: response.status, query: Object.entries(request.query).map(([key, value]) => `${key}=${value}`), body: response.body };
  });

// Records a Proxmox VE cluster: one line of JSON for each exchange, in the form of the recording that the contract tests read.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askerOf } from './ask';
import { jsonOf, members, textOf, type Look, type Said } from './look';
import { proxmoxFirst, proxmoxFollow } from './proxmox-looks';
import { readme } from './readme';
import { Removals } from './removals';
import { removeFrom } from './remove';
import type { Recording, RecordOrder } from './recording';
import { walk } from './walk';

const keptHeaders: Readonly<Record<string, string>> = { connection: 'Connection', 'content-length': 'Content-Length', 'content-type': 'Content-Type' };

/** `token` is `user@realm!name=secret`. */
export async function recordProxmox({ url, token, caPem, directory, max, progress }: RecordOrder): Promise<Recording> {
  const asker = askerOf({ url, caPem, authorization: `PVEAPIToken=${token}`, caHint: ' (/etc/pve/pve-root-ca.pem of a node)' });
  const secrets = [token.slice(token.indexOf('=') + 1)];
  const removals = new Removals();
  let version: string | null = null;
  let seq = 0;
  const fileOf = (): string => join(directory, `pve-${version ?? 'unknown'}.jsonl`);
  const keep = (look: Look, said: Said): void => {
    if (version === null) {
      version = textOf(members(members(jsonOf(said.text))['data'])['version']) ?? 'unknown';
      mkdirSync(directory, { recursive: true });
    }
    const told = (removal: Parameters<Removals['add']>[1]): void => removals.add(look.template, removal);
    const headers = Object.entries(keptHeaders).flatMap(([name, shown]) => (said.headers[name] === undefined ? [] : [`${shown}: ${said.headers[name]}`]));
    const body = said.text === '' ? null : (jsonOf(said.text) ?? said.text);
    const row = { seq, section: look.section, title: look.title, method: 'GET', path: look.path, params: look.query.map(([name, value]) => `${name}=${value}`), status: said.status, reason: removeFrom(said.reason, secrets, told), headers, body: removeFrom(body, secrets, told), task_status: null, task_log: null };
    appendFileSync(fileOf(), `${JSON.stringify(row)}\n`);
    seq += 1;
  };
  try {
    const walked = await walk({ first: proxmoxFirst, follow: proxmoxFollow, ask: (look) => asker.ask(look), keep, max, progress });
    const recording: Recording = { product: 'Proxmox VE', version: version ?? 'unknown', directory, ...walked, removed: removals.rows };
    if (walked.refused === null) writeFileSync(join(directory, 'README.md'), readme(recording));
    return recording;
  } finally {
    await asker.close();
  }
}

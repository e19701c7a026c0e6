// `sluice lab record`: answers of a real installation as files, for the contract that the simulators are held to. It reads only.
import { InvalidArgumentError, type Command } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { scrubText } from '../kernel';
import { CommandFailed, cannotTell, exitCodes } from './exit-code';
import { contentOf } from './read-file';
import { recordNetBox, recordProxmox, removedLine } from './record';
import type { Surroundings } from './surroundings';

interface Options { readonly url: string; readonly tokenFile: string; readonly ca?: string; readonly out: string; readonly max: number; readonly json?: true }
type Product = 'proxmox' | 'netbox';

const whatIs: Readonly<Record<Product, { readonly description: string; readonly url: string; readonly token: string; readonly shape: RegExp; readonly example: string }>> = {
  proxmox: {
    description: 'record GET requests to a Proxmox VE cluster', url: 'https://<node>:8006', token: 'one line, user@realm!name=secret; the role PVEAuditor and nothing more', shape: /^[^\s@]+@[^\s!]+![^\s=]+=\S+$/,
    example: 'sluice lab record proxmox --url https://pve1.example.org:8006 --ca pve-root-ca.pem --token-file ./token --out ./pve-inventory',
  },
  netbox: {
    description: 'record GET requests to a NetBox with branching', url: 'https://<host>', token: 'one line, nbt_key.secret or a token of the first version; view permissions, nothing more', shape: /^(?:nbt_[^\s.]+\.\S+|[0-9a-f]{40})$/i,
    example: 'sluice lab record netbox --url https://netbox.example.org --token-file ./token --out ./netbox-inventory --max 300',
  },
};

export function addRecord(lab: Command, surroundings: Surroundings): void {
  const record = lab.command('record').description('write answers of a real installation to files, without its secrets: GET requests only');
  for (const product of ['proxmox', 'netbox'] as const) {
    const { description, url, token, example } = whatIs[product];
    record.command(product).description(description)
      .requiredOption('--url <url>', `where it is, ${url}`)
      .requiredOption('--token-file <file>', `a file with the token: ${token}`)
      .option('--ca <file>', 'PEM of the CA of its certificate; default: the CAs of this machine')
      .requiredOption('--out <directory>', 'made by the recording; one that is there is refused')
      .option('--max <number>', 'answers to record at most', count, 1000)
      .option('--json', 'the summary as one JSON object')
      .addHelpText('after', `
Nothing but GET is sent, one request at a time. Secrets, keys, e-mail addresses and free text (notes, descriptions, comments) are
removed before anything is written; what was removed is listed. Names and addresses stay: look through it before you pass it on.
docs/recording.md tells what is read and what becomes of it.

Example:
  ${example}

Exit codes: 0 recorded; 3 the token was refused; 4 it could not be recorded, or not to its end (unreachable, no file, no answers
any more); 64 the command line is wrong; 1 a bug in Sluice.`)
      .action((options: Options) => run(product, options, surroundings));
  }
}

function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1.');
  return Number(text);
}

async function run(product: Product, options: Options, { cwd, out, err }: Surroundings): Promise<void> {
  const directory = resolve(cwd, options.out);
  const url = urlOf(product, options.url);
  const token = tokenOf(product, resolve(cwd, options.tokenFile));
  const caPem = options.ca === undefined ? null : certificateOf(resolve(cwd, options.ca));
  if (existsSync(directory)) throw new CommandFailed(`${directory} is there already, and a recording is never mixed with another. Name a new directory with --out.`, exitCodes.usage);
  const order = { url, token, caPem, directory, max: options.max, progress: err };
  const recording = await (product === 'proxmox' ? recordProxmox(order) : recordNetBox(order)).catch((trouble: unknown) => { throw unwritable(directory, trouble); });
  const { refused, silent, left, recorded, statuses, removed } = recording;
  if (refused !== null) throw whyRefused(url, refused);
  if (options.json === true) out(JSON.stringify(recording));
  else {
    out(`${recorded} answers of ${recording.product} ${recording.version} were recorded in ${directory} (${Object.entries(statuses).map(([status, times]) => `${status}: ${times}`).join(', ')}).`);
    out(removed.length === 0 ? 'Nothing had to be removed.' : 'Removed:');
    for (const row of removed) out(`  ${removedLine(row)}`);
    out('Names of guests, nodes and people, and addresses, are still in it: look through it before you pass it on.');
  }
  for (const { template, text } of silent) err(`No answer to GET ${template}: ${text}.`);
  if (left > 0 && recorded >= options.max) err(`${left} more were known and not read: --max ${options.max} was reached.`);
  else if (left > 0) throw cannotTell(`The recording stopped: no answers came any more, and ${left} known ones were not read. What was recorded until then is in ${directory}.`);
}

function urlOf(product: Product, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const fits = url !== null && url.username === '' && url.search === '' && (url.protocol === 'https:' || (product === 'netbox' && url.protocol === 'http:'));
  if (!fits) throw new CommandFailed(`--url is ${JSON.stringify(scrubText(text))}; it has to be like ${whatIs[product].url}, without user and query.`, exitCodes.usage);
  return text;
}

function tokenOf(product: Product, file: string): string {
  const token = contentOf(file).trim().replace(/^(?:Authorization:\s*)?(?:PVEAPIToken=|Bearer\s+|Token\s+)/, '');
  if (!whatIs[product].shape.test(token)) throw cannotTell(`${file} holds no token of this kind. It has to be ${whatIs[product].token}.`);
  return token;
}

function certificateOf(file: string): string {
  const pem = contentOf(file);
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw cannotTell(`${file} holds no certificate in PEM.`);
  return pem;
}

function whyRefused(url: string, { status, text }: { readonly status: number | null; readonly text: string }): CommandFailed {
  if (status === null) return cannotTell(`Nothing was recorded: ${scrubText(text)}.`);
  if (status === 401 || status === 403) return new CommandFailed(`${url} refused the token (${status} ${scrubText(text)}). Nothing was recorded.`, exitCodes.no);
  return cannotTell(`${url} answered ${status} (${scrubText(text)}) to the first question: is it what you meant? Nothing was recorded.`);
}

function unwritable(directory: string, trouble: unknown): unknown {
  const { code, syscall } = trouble as NodeJS.ErrnoException;
  return code !== undefined && /^(?:open|mkdir|write|close)$/.test(syscall ?? '') ? cannotTell(`The recording cannot be written to ${directory} (${code}).`) : trouble;
}

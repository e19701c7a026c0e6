// The Sluice that a command asks: the one named, else the one of the configuration, else the lab that runs in this directory.
import { join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { configProblems } from '../platform/config';
import { cannotTell } from './exit-code';
import { contentOf } from './read-file';
import type { Surroundings } from './surroundings';

export interface Where { readonly url?: string; readonly tokenFile?: string; readonly ca?: string }
export interface Sluice { readonly url: string; readonly token: string; readonly caPem: string | null }

export const addWhere = (command: Command): Command => command
  .option('--url <url>', 'where Sluice listens; default: of the configuration, else the lab of this directory', address)
  .option('--token-file <file>', 'a file with the token of a service that may view; default: as for --url')
  .option('--ca <file>', 'PEM of the CA of its certificate; default: the CAs of this machine');

function address(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') throw new InvalidArgumentError('It is an address such as https://sluice.example.org, without user and query.');
  return text.replace(/\/+$/, '');
}

export function whichSluice({ url, tokenFile, ca }: Where, surroundings: Surroundings): Sluice {
  const at = (file: string): string => contentOf(resolve(surroundings.cwd, file));
  const known = url !== undefined && tokenFile !== undefined ? null : configured(surroundings, url, tokenFile !== undefined);
  const token = tokenFile === undefined ? known?.token : at(tokenFile).trim().replace(/^(?:Authorization:\s*)?Bearer\s+/i, '');
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw cannotTell(tokenFile === undefined ? 'No service token is known here. Name a file that holds one with --token-file.' : `${tokenFile} holds no token: it has to be one line without spaces.`);
  return { url: url ?? known?.url ?? '', token, caPem: ca === undefined ? null : at(ca) };
}

/** A token goes to the address it was configured with, and to no other: with `--url` alone a file has to be named. */
function configured(surroundings: Surroundings, url: string | undefined, hasToken: boolean): { readonly url: string; readonly token?: string } {
  if (url !== undefined) throw cannotTell('The tokens of the configuration are not sent to another address. Name a file that holds one with --token-file.');
  const { config, problems } = configProblems(surroundings.env, surroundings.cwd);
  if (config === null) throw cannotTell(`The configuration cannot be read: ${problems.map(({ key, observed }) => `${key}: ${observed}`).join('; ')}. Look at it with sluice doctor, or give --url and --token-file.`);
  if (config.startLab) return ofLab(join(surroundings.cwd, '.data', 'lab.json'));
  const { host, port, publicUrl } = config.http;
  const service = hasToken ? undefined : config.serviceTokens.find(({ permissions }) => permissions.includes('view'));
  return { url: publicUrl?.replace(/\/+$/, '') ?? `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`, ...(service === undefined ? {} : { token: service.token }) };
}

function ofLab(file: string): { readonly url: string; readonly token: string } {
  const text = contentOf(file, 'Start the lab in this directory (npm start), or give --url and --token-file.');
  try {
    const { sluice } = JSON.parse(text) as { readonly sluice: { readonly url: string; readonly serviceToken: string } };
    return { url: sluice.url, token: sluice.serviceToken };
  } catch {
    throw cannotTell(`${file} is not what a lab writes. Start the lab anew, or give --url and --token-file.`);
  }
}

// Carries P15 (`sluice setup proxmox --check`): each token that this configuration holds is asked for its own rights, and they are
// judged by the table that the printed lines are made from.
import { judgeRights, tokenNames, type RightsVerdict, type TokenName } from '../endpoints';
import { no, scrubText } from '../kernel';
import type { ClusterConfig } from '../platform/config';
import { openProxmox, proxmoxReader, type ProxmoxHttp } from '../proxmox';
import { settingsOf } from '../roles/connections';
import { CommandFailed, cannotTell, exitCodes } from './exit-code';
import { contentOf } from './read-file';
import type { Surroundings } from './surroundings';

interface Checked { readonly token: TokenName; readonly verdict: RightsVerdict['verdict'] | 'not configured'; readonly observed: string }

export async function checkCluster(cluster: ClusterConfig, { out }: Surroundings, json: boolean): Promise<void> {
  const http = openProxmox({ cluster: cluster.name, urls: cluster.connections, caPem: cluster.caFile === null ? null : contentOf(cluster.caFile), verifyTls: cluster.verifyTls, version: cluster.version });
  const rows = await judged(cluster, http).finally(() => http.close());
  if (json) out(JSON.stringify(rows));
  else for (const { token, verdict, observed } of rows) out(lineOf({ token, verdict, observed }));
  const unread = rows.filter(({ verdict }) => verdict === 'unreadable');
  if (unread.length > 0) throw cannotTell(`The rights of ${namesOf(unread)} could not be read on cluster ${cluster.name}, so nothing is known about them.`);
  const wrong = rows.filter(({ verdict }) => verdict === 'missing' || verdict === 'broader');
  if (wrong.length > 0) throw new CommandFailed(`On cluster ${cluster.name}, ${namesOf(wrong)} may not do exactly what the table says. Compare with: sluice setup proxmox --print --cluster ${cluster.name}`, exitCodes.no);
}

const lineOf = ({ token, verdict, observed }: Checked): string =>
  `${verdict === 'exact' ? 'ok' : verdict === 'not configured' ? '--' : 'NO'}  ${token}: ${observed === '' || observed.startsWith(verdict) ? '' : `${verdict}, `}${observed === '' ? verdict : observed}`;

const namesOf = (rows: readonly Checked[]): string => rows.map(({ token }) => token).join(', ');

async function judged(cluster: ClusterConfig, http: ProxmoxHttp): Promise<readonly Checked[]> {
  const { reflect } = cluster.tokens;
  const pools = reflect === undefined ? no({ kind: 'not-observed', where: 'the pools', text: 'there is no reflect token' } as const) : await proxmoxReader(http, reflect).pools();
  return Promise.all(tokenNames.map(async (token): Promise<Checked> => {
    const credential = cluster.tokens[token];
    if (credential === undefined) return { token, verdict: 'not configured', observed: 'this configuration has no such token for its roles' };
    const verdict = judgeRights(token, await proxmoxReader(http, credential).permissions(), settingsOf(cluster), pools);
    return { token, verdict: verdict.verdict, observed: verdict.verdict === 'exact' ? '' : scrubText(verdict.observed) };
  }));
}

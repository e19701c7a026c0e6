// The naive engine of the replays: it sends what it was told to, with an administrator's token and nothing that could say no. What it
// does to the simulated cluster is what happened in the field.
import { Agent, request } from 'undici';
import type { Story } from '../../setup/story';

const trusting = new Agent({ connect: { rejectUnauthorized: false } });

/** One bare call to a simulated cluster, as a script with root's token would make it; gives the status. */
export async function naively(story: Story, cluster: string, method: 'POST' | 'PUT' | 'DELETE', path: string, params: Readonly<Record<string, string>> = {}): Promise<number> {
  const url = story.lab.proxmox.find((candidate) => candidate.name === cluster)?.nodes[0]?.url ?? '';
  const headers = { Authorization: `PVEAPIToken=root@pam!lab=${story.lab.secrets.root}`, ...(method === 'DELETE' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }) };
  const answer = await request(`${url}/api2/json/${path}`, { method, headers, dispatcher: trusting, ...(method === 'DELETE' ? {} : { body: new URLSearchParams(params).toString() }) });
  await answer.body.dump();
  return answer.statusCode;
}

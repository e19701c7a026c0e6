// How long NetBox waits for the gate where a plan is prepared; beside it the same server's /health, which asks the database too.
import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { PlanStore, type PlanContent } from '../../src/intent';
import { planDigest } from '../../src/intent/core/plan';
import { sha256Hex, signCall } from '../../src/kernel';
import { gateSecret } from './api';
import type { BenchGround } from './ground';
import { percentile, type Measured } from './measure';

const questions = 400;

export async function measureGate(ground: BenchGround, url: string): Promise<readonly Measured[]> {
  const changeDigest = sha256Hex('prepared');
  const content: PlanContent = { source: { kind: 'branch', netbox: 'netbox', branchId: 7, branchName: 'prepared', changeIds: [1], contentDigest: sha256Hex('x') as never, owner: null, authors: [] }, policyVersion: 1, actions: [], deletions: [], refusals: [] };
  await new PlanStore(ground.db('worker')).keep({ made: { content, digest: planDigest(content), findings: [], drift: [] }, changeDigest, madeBy: 'bench', expiresAfterSeconds: 3600 });
  const pool = new Pool(url, { connections: 2 });
  const ask = async (): Promise<void> => {
    const body = JSON.stringify({ netbox: 'netbox', branchId: 7, action: 'merge', changeDigest });
    const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), randomBytes(12).toString('hex')];
    const signature = signCall({ secret: gateSecret, methodOrStatus: 'POST', pathAndQuery: '/api/intent/gate', timestamp, nonce, body });
    const answer = await pool.request({ method: 'POST', path: '/api/intent/gate', headers: { 'content-type': 'application/json', 'x-sluice-timestamp': timestamp, 'x-sluice-nonce': nonce, 'x-sluice-signature': signature }, body });
    const said = (await answer.body.json()) as { readonly permitted?: boolean; readonly message?: string };
    if (said.permitted !== true) throw new Error(`the gate said ${answer.statusCode} ${JSON.stringify(said)}`);
  };
  const health = async (): Promise<void> => void (await (await pool.request({ method: 'GET', path: '/health' })).body.text());
  const [gate, bare] = [await timed(ask), await timed(health)];
  await pool.close();
  return [{ what: `gate answer for a prepared plan, p99 of ${questions}`, value: percentile(gate, 0.99), unit: 'ms', bound: 50, beside: `median ${percentile(gate, 0.5).toFixed(1)} ms, ${(percentile(gate, 0.5) / percentile(bare, 0.5)).toFixed(1)}x /health (${percentile(bare, 0.5).toFixed(1)} ms)` }];
}

async function timed(call: () => Promise<void>): Promise<readonly number[]> {
  for (let n = 0; n < 20; n++) await call();
  const times: number[] = [];
  for (let n = 0; n < questions; n++) {
    const before = performance.now();
    await call();
    times.push(performance.now() - before);
  }
  return times;
}

// 500 listeners on one job, 1,000 lines a second written as rows in batches of 50 ms and read back by one publisher.
import { setTimeout as delay } from 'node:timers/promises';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { JobStore, LineStore } from '../../src/apply';
import { PlanStore, type PlanContent } from '../../src/intent';
import { planDigest } from '../../src/intent/core/plan';
import { sha256Hex } from '../../src/kernel';
import { benchToken } from './api';
import type { BenchGround } from './ground';
import type { Measured } from './measure';

const listeners = 500;
const seconds = 10;
const batchMillis = 50;
const perBatch = 50;

export async function measureStream(ground: BenchGround, url: string): Promise<readonly Measured[]> {
  const db = ground.db('worker');
  const content: PlanContent = { source: { kind: 'branch', netbox: 'netbox', branchId: 8, branchName: 'stream', changeIds: [1], contentDigest: sha256Hex('y') as never, owner: null, authors: [] }, policyVersion: 1, actions: [], deletions: [], refusals: [] };
  const plan = await new PlanStore(db).keep({ made: { content, digest: planDigest(content), findings: [], drift: [] }, changeDigest: 'stream', madeBy: 'bench', expiresAfterSeconds: 3600 });
  const jobId = await db.transaction((tx) => new JobStore(db).make(tx, { planId: plan.id, mergeId: null, steps: [] }));
  const claimed = await new JobStore(db).claim(jobId, 'bench');
  if (claimed === null) throw new Error('the bench job could not be claimed');
  const total = (seconds * 1000 / batchMillis) * perBatch;
  const child = fork(join(__dirname, 'stream-listeners.js'), [], { stdio: 'inherit' });
  const said = <T>(key: string): Promise<T> => new Promise((resolve) => child.on('message', (message) => { const value = (message as Record<string, T>)[key]; if (value !== undefined) resolve(value); }));
  const result = said<{ readonly p50: number; readonly p99: number; readonly lost: number; readonly ended: number }>('result');
  const open = said<number>('open');
  child.send({ url: `${url}/api/apply/jobs/${jobId}/events`, token: benchToken, listeners, lines: total, silentSeconds: seconds + 30 });
  await open;
  const lines = new LineStore(db);
  const begun = Date.now();
  for (let batch = 0; batch * perBatch < total; batch++) {
    const due = begun + batch * batchMillis;
    if (due > Date.now()) await delay(due - Date.now());
    await lines.add(claimed.holder, Array.from({ length: perBatch }, () => ({ step: null, level: 'info' as const, text: String(Date.now()) })));
  }
  const took = (Date.now() - begun) / 1000;
  const { p50, p99, lost, ended } = await result;
  return [
    { what: `SSE latency, ${listeners} listeners, ${Math.round(total / took)} lines/s, p99`, value: p99, unit: 'ms', bound: 150, beside: `median ${p50} ms` },
    { what: 'SSE lines lost or out of order', value: lost + (listeners - ended), unit: '', bound: 0, beside: `${ended} of ${listeners} listeners saw all ${total} lines` },
  ];
}

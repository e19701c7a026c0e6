// The Sluice plugin's part of a merge or revert: one signed question, one signed answer, three seconds, and anything but a well-signed "permitted"
// ends the job with an exception in the worker, while the branch keeps its status. Carries P30.
import { createHash, randomBytes } from 'node:crypto';
import { sameSignature, signCall } from '../../../kernel/signature';
import { changeDigest } from '../../../netbox/change-digest';
import { isObject } from '../store/row';
import type { Json, Row } from '../store/row';
import type { GateConfig, State } from '../store/state';
import { PythonError } from '../write/errors';

const PATH = '/api/intent/gate';
const TIMEOUT_MILLIS = 3000;
const CLOCK_SKEW_SECONDS = 300;

const refuse = (why: string): PythonError => new PythonError('RuntimeError', `Sluice does not permit this: ${why}`);

interface Answered { readonly status: number; readonly headers: Headers; readonly body: Buffer }

async function ask(gate: GateConfig, url: URL, nonce: string, body: string): Promise<Answered> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = signCall({ secret: gate.secret, methodOrStatus: 'POST', pathAndQuery: url.pathname, timestamp, nonce, body });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Sluice-Timestamp': timestamp, 'X-Sluice-Nonce': nonce, 'X-Sluice-Signature': signature },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
    });
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
  } catch (error) {
    throw refuse(`it did not answer within ${TIMEOUT_MILLIS / 1000} s (${error instanceof Error ? error.message : String(error)}); nothing was merged`);
  }
}

function verify(gate: GateConfig, url: URL, nonce: string, answer: Answered): void {
  const header = (name: string): string => answer.headers.get(name) ?? '';
  const timestamp = header('X-Sluice-Timestamp');
  const expected = signCall({ secret: gate.secret, methodOrStatus: String(answer.status), pathAndQuery: url.pathname, timestamp, nonce, body: answer.body });
  const fresh = Math.abs(Number(timestamp) - Date.now() / 1000) <= CLOCK_SKEW_SECONDS;
  if (header('X-Sluice-Nonce') !== nonce || !fresh || !sameSignature(expected, header('X-Sluice-Signature'))) throw refuse(`the answer (status ${answer.status}) is not signed with the shared gate secret`);
}

function verdict(answer: Answered): Json {
  try {
    return JSON.parse(answer.body.toString('utf8')) as Json;
  } catch {
    throw refuse('the answer cannot be read');
  }
}

/** Returns when Sluice permits; throws otherwise. Without a configured gate everything is permitted. */
export async function askGate(state: State, branch: Row, action: 'merge' | 'revert'): Promise<void> {
  const { gate } = state;
  if (gate === null) return;
  const diffs = [...state.diffs.values()].filter((row) => row.branch === branch.id);
  const digest = changeDigest(diffs.map(({ type, objectId, action: kind, lastUpdated }) => ({ objectType: type, objectId, action: kind, lastUpdated })));
  const url = new URL(`${gate.url.replace(/\/$/, '')}${PATH}`);
  const nonce = createHash('sha256').update(randomBytes(32)).digest('hex').slice(0, 32);
  const answer = await ask(gate, url, nonce, JSON.stringify({ netbox: gate.netbox, branchId: branch.id, action, changeDigest: digest }));
  verify(gate, url, nonce, answer);
  const said = verdict(answer);
  const message = isObject(said) && typeof said['message'] === 'string' ? said['message'] : `status ${answer.status}`;
  if (answer.status !== 200 || !isObject(said) || said['permitted'] !== true) throw refuse(message);
}

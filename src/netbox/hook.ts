// Carries P33, P36: NetBox's webhook. Its signature is over the raw bytes and carries neither a nonce nor a time, so a delivery is
// a hint to look, never a command: doubled, late or replayed, it changes nothing that a look would not change.
import { createHmac } from 'node:crypto';
import { ok, refuse, sameSignature, type Instant, type Result } from '../kernel';
import { id, instant, record, words, type Json } from './wire/values';

export type NetBoxHook =
  | { readonly kind: 'merged' | 'reverted'; readonly event: string; readonly branchId: number; readonly schemaId: string; readonly branchName: string; readonly timestamp: Instant; readonly mergedTime: Instant | null; readonly username: string | null; readonly key: string; readonly body: Json }
  /** Genuine, and nothing that starts or cancels work: other branch events, ends of jobs, objects. */
  | { readonly kind: 'other'; readonly event: string; readonly timestamp: Instant; readonly body: Json };

/** Checks the signature over the bytes as they came, then reads them. A webhook without a secret is never believed. */
export function verifyHook(secret: string, rawBody: Buffer, signature: string | null | undefined): Result<NetBoxHook> {
  if (secret === '') return refuse('hook.no-secret', 'The webhook is refused: this instance has no webhook secret.', 'no secret is configured', 'Set the same secret at the NetBox webhook and in the configuration.');
  if (signature === null || signature === undefined || signature === '') return refuse('hook.unsigned', 'The webhook is refused: it is not signed.', 'no header X-Hook-Signature', 'Give the NetBox webhook its secret.');
  const wanted = createHmac('sha512', secret).update(rawBody).digest('hex');
  if (!sameSignature(wanted, signature)) return refuse('hook.signature', 'The webhook is refused: its signature does not fit its bytes.', `X-Hook-Signature of ${signature.length} characters over ${rawBody.length} bytes`, 'Compare the secret at the NetBox webhook with the configured one.');
  const body = parsed(rawBody);
  const [event, timestamp] = [words(body?.['event']), instant(body?.['timestamp'])];
  if (body === null || event === null || timestamp === null) return unreadable('it is no JSON object with event and timestamp');
  if (event !== 'branch_merged' && event !== 'branch_reverted') return ok({ kind: 'other', event, timestamp, body });

  const data = record(body['data']);
  const [branchId, schemaId, branchName, mergedTime] = [id(data?.['id']), words(data?.['schema_id']), words(data?.['name']), instant(data?.['merged_time'])];
  if (body['object_type'] !== 'netbox_branching.branch' || branchId === null || schemaId === null || branchName === null) return unreadable(`${event} without a branch`);
  if (event === 'branch_merged' && mergedTime === null) return unreadable('branch_merged without merged_time');
  const kind = event === 'branch_merged' ? 'merged' : 'reverted';
  // NetBox sends no delivery id: one merge is one (branch, merged_time).
  return ok({ kind, event, branchId, schemaId, branchName, timestamp, mergedTime, username: words(body['username']), key: `${kind}:${branchId}:${mergedTime ?? timestamp}`, body });
}

const unreadable = (observed: string): Result<never> => refuse('hook.unreadable', 'The webhook is refused: its body cannot be read.', observed, 'Leave the body template of the NetBox webhook empty.');

function parsed(rawBody: Buffer): Json | null {
  try {
    return record(JSON.parse(rawBody.toString('utf8')) as unknown);
  } catch {
    return null;
  }
}

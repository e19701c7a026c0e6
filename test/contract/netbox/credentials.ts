// Who asks in a replay. Tokens of the recording are redacted, so each gets one of the replay's own; the deliberately wrong ones are wrong in the same way.
import type { Exchange } from './recording';

export const ADMIN = { key: 'AdminAdmin12', secret: 'a'.repeat(40) };
/** The token that clients choose when they make one. */
export const SECRET = 'c'.repeat(40);

const WRONG: Readonly<Record<string, (svc: string) => string>> = {
  'check-wrong-v2': () => `Bearer nbt_unknown00000.${'x'.repeat(40)}`,
  'check-wrong-v2-secret': (svc) => `Bearer ${svc.split('.')[0] ?? ''}.${'x'.repeat(40)}`,
  'check-wrong-v1': () => `Token ${'x'.repeat(40)}`,
  'check-malformed': () => 'Bearer',
  'check-malformed-2': () => `Bearer ${'x'.repeat(40)}`,
  'check-wrong-keyword': (svc) => `Token ${svc}`,
  'check-basic': () => `Basic ${Buffer.from('svc:wrong').toString('base64')}`,
  'list-wrong-token': () => `Token ${'x'.repeat(40)}`,
};

interface Made { readonly key?: string; readonly token?: string | null }

export class Credentials {
  readonly #tokens = new Map<string, string>([['admin', `Bearer nbt_${ADMIN.key}.${ADMIN.secret}`]]);

  of(step: Exchange): string | undefined {
    if (step.person !== 'other token') return this.#tokens.get(step.person);
    const wrong = WRONG[/\/\d+-(.+)\.json$/.exec(step.file)?.[1] ?? ''];
    if (wrong === undefined) throw new Error(`${step.file} was asked with a token that nobody described`);
    return wrong((this.#tokens.get('svc') ?? '').replace(/^Bearer /, ''));
  }

  /** Remembers a token that this request made. */
  learn(step: Exchange, made: Made | null): void {
    const created = /token-create-(\w+)\.json/.exec(step.file)?.[1];
    if (created !== undefined) this.#tokens.set(created, `Bearer nbt_${made?.key ?? ''}.${SECRET}`);
    const provisioned = /token-provision-(v[12])\.json/.exec(step.file)?.[1];
    if (provisioned !== undefined) this.#tokens.set(`alice-ro-${provisioned}`, provisioned === 'v1' ? `Token ${made?.token ?? ''}` : `Bearer nbt_${made?.key ?? ''}.${made?.token ?? ''}`);
  }
}

// Plays the recorded scenario against a simulated NetBox: the same requests by the same people in the same order, each answer compared.
// Jobs end before the next request, except where the recording looked while they were still waiting or running.
import { request as httpRequest } from 'node:http';
import { netboxLabOf, startNetBoxSim } from '../../../src/lab/netbox';
import type { Act, DeliveryRecord, NetBoxLab } from '../../../src/lab/netbox';
import { Correspondence, compare } from './comparison';
import type { Difference } from './comparison';
import type { ArrivalOrder, Arrived, Exchange, Recorded } from './recording';
import { ADMIN, Credentials, SECRET } from './credentials';
import { compareHeaders } from './headers';
import { skipped } from './skipped';
import { actBefore, asksForJob, placesOf } from './staging';
import { compareDelivery } from './webhooks';

export interface Result {
  compared: number;
  agreeing: number;
  readonly differences: Difference[];
  readonly skipped: Map<string, number>;
}

const PASSWORD = 'Recording-pass-1';

interface Answer { readonly status: number; readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly body: unknown }

function send(url: string, method: string, path: string, headers: Readonly<Record<string, string>>, body: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, { method, headers: { ...headers, Host: 'netbox.test', ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const json = (response.headers['content-type'] ?? '').startsWith('application/json');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text === '' ? null : json ? (JSON.parse(text) as unknown) : text });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

class Player {
  readonly result: Result = { compared: 0, agreeing: 0, differences: [], skipped: new Map() };
  readonly #known = new Correspondence();
  readonly #credentials = new Credentials();
  #session = '';
  #delivered: DeliveryRecord[] = [];
  #asked = false;
  #orderSeen = 0;
  #arrivedFrom = 0;

  constructor(
    private readonly url: string,
    private readonly lab: NetBoxLab,
    private readonly places: ReturnType<typeof placesOf>,
  ) {}

  async play(step: Recorded): Promise<void> {
    const why = skipped(step);
    if (why !== undefined) {
      this.result.skipped.set(why, (this.result.skipped.get(why) ?? 0) + 1);
      return;
    }
    const before = this.result.differences.length;
    if (step.kind === 'exchange') await this.#exchange(step);
    else {
      // Nothing is sent between two looks at what was sent.
      if (this.#asked) this.#delivered = [...(await this.lab.deliveries())];
      this.#asked = false;
      if (step.kind === 'delivery') this.#arrived(step);
      else this.#order(step);
    }
    this.result.compared += 1;
    if (this.result.differences.length === before) this.result.agreeing += 1;
  }

  async #exchange(step: Exchange): Promise<void> {
    this.#asked = true;
    await this.#prepare(step);
    const answer = await send(this.url, step.method, this.#path(step), this.#headers(step), this.#body(step));
    await this.#moveWorker(step);
    this.#learn(step, answer);
    const status = step.status === answer.status ? [] : [{ file: step.file, at: 'status', recorded: step.status, simulated: `${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}` }];
    const recorded = typeof step.answer === 'string' && step.answer.includes('<!DOCTYPE html>') && String(answer.body).includes('<!DOCTYPE html>') ? answer.body : step.answer;
    this.result.differences.push(...status, ...(status.length > 0 ? [] : [...compare(step.file, recorded, answer.body, this.#known), ...compareHeaders(step, answer.headers, this.#known)]));
  }

  async #prepare(step: Exchange): Promise<void> {
    const act = actBefore(step);
    if (act !== undefined) await this.#act(act);
    if (step.headers['Cookie'] !== undefined && this.#session === '') this.#session = String(((await this.#act({ do: 'sign-in', as: 'bob' })) as { sessionid: string }).sessionid);
    if (asksForJob(step) && this.places.get(step.file) !== 'free') await this.#act({ do: 'hold-worker' });
  }

  async #act(act: Act): Promise<unknown> {
    const { status, body } = await this.lab.act(act);
    if (status >= 300) throw new Error(`the lab answered ${status} to ${JSON.stringify(act)}: ${JSON.stringify(body)}`);
    return body;
  }

  async #moveWorker(step: Exchange): Promise<void> {
    const place = this.places.get(step.file);
    if (place === 'free') await this.#act({ do: 'release-worker' });
    else if (place !== undefined) await this.#act({ do: 'hold-worker', before: place });
    await this.lab.idle();
  }

  #path(step: Exchange): string {
    const query = new URLSearchParams(Object.entries(step.query).flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((item): [string, string] => [key, this.#known.translate(String(item))])));
    return `${this.#known.translate(step.path)}${query.size === 0 ? '' : `?${query.toString()}`}`;
  }

  #headers(step: Exchange): Readonly<Record<string, string>> {
    const token = this.#credentials.of(step);
    const branch = step.headers['X-NetBox-Branch'];
    const cookie = step.headers['Cookie'];
    return {
      Accept: 'application/json',
      ...(token === undefined ? {} : { Authorization: token }),
      ...(step.headers['Content-Type'] === undefined ? {} : { 'Content-Type': step.headers['Content-Type'] }),
      ...(cookie === undefined ? {} : { Cookie: this.#known.translate(cookie.replace('REDACTED', this.#session)) }),
      ...(branch === undefined ? {} : { 'X-NetBox-Branch': this.#known.translate(branch) }),
    };
  }

  #body(step: Exchange): string | undefined {
    if (step.body === null || step.body === undefined) return undefined;
    if (typeof step.body === 'string') return step.body;
    const password = step.file.includes('weak-password') ? 'Weakpass' : step.file.includes('bad-password') ? 'wrong' : PASSWORD;
    return JSON.stringify(step.body, (key, value: unknown) => (value !== 'REDACTED' ? value : key === 'password' ? password : SECRET));
  }

  /** Request ids and tokens that later requests use. */
  #learn(step: Exchange, answer: Answer): void {
    const [recorded, simulated] = [step.answerHeaders['x-request-id'], answer.headers['x-request-id']];
    if (recorded !== undefined && typeof simulated === 'string') this.#known.learn('text', recorded, simulated);
    const body = answer.body as { key?: string; token?: string | null } | null;
    if (answer.status === 201) this.#credentials.learn(step, body);
  }

  /** A recorded webhook must have its like among those sent since the last summary. */
  #arrived(step: Arrived): void {
    this.result.differences.push(...compareDelivery(step, this.#delivered.slice(this.#arrivedFrom), this.#known));
  }

  #order(step: ArrivalOrder): void {
    const sent = this.#delivered.slice(this.#orderSeen).map((record) => {
      const body = JSON.parse(record.body) as { event: string; object_type: string; username: string | null; data?: { id?: number } };
      return `${body.event} ${body.object_type} ${String(body.username)} ${String(body.data?.id ?? null)}`;
    });
    this.#orderSeen = this.#delivered.length;
    this.#arrivedFrom = this.#orderSeen;
    const wanted = step.rows.map((row) => `${row.event} ${row.object_type} ${String(row.username)} ${String(row.data_id)}`);
    this.result.differences.push(...compare(step.file, wanted, sent, new Correspondence(), 'order'));
  }
}

export async function replay(steps: readonly Recorded[]): Promise<Result> {
  const sim = await startNetBoxSim({ name: 'netbox', version: '4.5.10', users: [{ username: 'admin', password: PASSWORD, superuser: true, email: 'admin@netbox.test', tokenV2: ADMIN }], seed: [] });
  try {
    const player = new Player(sim.url, netboxLabOf(sim.url), placesOf(steps));
    for (const step of steps) await player.play(step);
    return player.result;
  } finally {
    await sim.close();
  }
}

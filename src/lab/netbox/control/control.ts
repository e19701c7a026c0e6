// `/__lab/` on the same port: what was asked, faults, time, third parties, the gate. No token: the lab listens on loopback only.
import type { Application } from '../application';
import type { Answer, Call } from '../http/exchange';
import { json } from '../http/exchange';
import { isObject } from '../store/row';
import type { Json, JsonObject } from '../store/row';
import { perform } from './acts';
import type { Act } from './acts';
import { Faults } from './faults';
import type { FaultOrder } from './faults';
import { RequestLog } from './request-log';

export class Control {
  readonly faults = new Faults();
  readonly requests = new RequestLog();

  constructor(
    private readonly application: Application,
    private readonly name: string,
    private readonly changed: () => void,
  ) {}

  async handle(call: Call): Promise<Answer> {
    const { method } = call;
    const body: JsonObject = call.body === '' ? {} : asBody(JSON.parse(call.body) as Json);
    switch (`${method} ${call.path.replace(/\/$/, '')}`) {
      case 'GET /__lab/requests':
        return json(200, { requests: this.requests.since(Number(call.query.get('since')?.at(-1) ?? 0)) as unknown as Json, last: this.requests.last });
      case 'GET /__lab/deliveries':
        return json(200, { deliveries: this.application.outbox.sent as unknown as Json });
      case 'GET /__lab/faults':
        return json(200, { faults: this.faults.pending as unknown as Json });
      case 'POST /__lab/faults':
        this.faults.add(body as unknown as FaultOrder);
        return json(201, {});
      case 'DELETE /__lab/faults':
        this.faults.clear();
        return json(200, {});
      case 'GET /__lab/clock':
        return this.#clock();
      case 'POST /__lab/clock':
        this.application.state.clock.advance(Number(body['advanceSeconds']));
        this.changed();
        return this.#clock();
      case 'POST /__lab/act': {
        const result = perform(this.application, body as unknown as Act, call.origin);
        this.changed();
        return json(result.status < 400 ? 200 : result.status, { status: result.status, body: result.body });
      }
      case 'GET /__lab/gate':
        return json(200, { gate: this.application.state.gate === null ? null : { url: this.application.state.gate.url, netbox: this.application.state.gate.netbox } });
      case 'POST /__lab/gate':
        return this.#gate(body);
      case 'DELETE /__lab/gate':
        this.application.state.gate = null;
        this.changed();
        return json(200, {});
      case 'POST /__lab/idle':
        await this.application.worker.idle();
        return json(200, {});
      default:
        return json(404, { detail: `the lab control has no ${method} ${call.path}` });
    }
  }

  #clock(): Answer {
    return json(200, { now: this.application.state.clock.now(), advancedSeconds: this.application.state.clock.advancedSeconds });
  }

  #gate(body: JsonObject): Answer {
    const { url, secret, netbox } = body;
    if (typeof url !== 'string' || typeof secret !== 'string' || secret === '') return json(400, { detail: 'a gate needs url and secret' });
    this.application.state.gate = { url, secret, netbox: typeof netbox === 'string' ? netbox : this.name };
    this.changed();
    return json(200, {});
  }
}

const asBody = (value: Json): JsonObject => (isObject(value) ? value : {});

// Carries P30, P36: who may ask the gate. The plugin signs its question; the answer is signed with the question's nonce, so an
// old "permitted" cannot be played back to NetBox.
import type { RawBodyRequest } from '@nestjs/common';
import type { Request } from 'express';
import { sameSignature, signCall } from '../kernel';
import { ProblemException } from '../platform/http';
import type { GateStore } from './gate.store';

interface Admitted { readonly secret: string; readonly pathAndQuery: string; readonly nonce: string }

export class GateDoor {
  constructor(private readonly secrets: ReadonlyMap<string, string>, private readonly gates: GateStore, private readonly nowSeconds: () => number = () => Math.floor(Date.now() / 1000)) {}

  async admit(netbox: string, request: RawBodyRequest<Request>): Promise<Admitted> {
    const secret = this.secrets.get(netbox);
    const [timestamp = '', nonce = '', signature = ''] = ['x-sluice-timestamp', 'x-sluice-nonce', 'x-sluice-signature'].map((name) => request.header(name) ?? '');
    if (secret === undefined) throw refused(`no NetBox instance ${netbox} is configured`);
    if (!/^\d{1,12}$/.test(timestamp) || nonce.length < 8 || nonce.length > 200) throw refused('the headers X-Sluice-Timestamp and X-Sluice-Nonce are missing or unusable');
    const expected = signCall({ secret, methodOrStatus: request.method, pathAndQuery: request.originalUrl, timestamp, nonce, body: request.rawBody ?? '' });
    if (!sameSignature(signature, expected)) throw refused('the signature does not match the raw body and headers');
    const use = await this.gates.useNonce(`${netbox}:${nonce}`, Number(timestamp));
    if (use === 'too-old') throw refused(`the timestamp ${timestamp} is more than 300 s away from the clock here`);
    if (use === 'used') throw refused('this nonce was used before');
    return { secret, pathAndQuery: request.originalUrl, nonce };
  }

  sign(caller: Admitted, status: number, body: string): Readonly<Record<string, string>> {
    const timestamp = String(this.nowSeconds());
    return {
      'X-Sluice-Timestamp': timestamp, 'X-Sluice-Nonce': caller.nonce,
      'X-Sluice-Signature': signCall({ secret: caller.secret, methodOrStatus: String(status), pathAndQuery: caller.pathAndQuery, timestamp, nonce: caller.nonce, body }),
    };
  }
}

const refused = (observed: string): ProblemException =>
  new ProblemException({ code: 'gate.signature', summary: 'The gate answers signed questions only.', observed, next: 'Compare the gate secret and the clock of NetBox with those of Sluice.' }, 401);

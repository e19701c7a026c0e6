// One attempt to send one webhook. What comes of it is noted, never thrown: NetBox does not retry.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Delivery } from './outbox';

const TIMEOUT_MILLIS = 10_000;

/** The status of the answer, or the reason there was none. */
export function post(delivery: Delivery): Promise<number | string> {
  return new Promise((resolve) => {
    try {
      const url = new URL(delivery.url);
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, {
        method: delivery.method,
        headers: delivery.headers,
        agent: false,
        timeout: TIMEOUT_MILLIS,
        rejectUnauthorized: false,
      });
      request.on('response', (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.on('error', (error) => resolve(error.message));
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MILLIS} ms`)));
      request.on('error', (error) => resolve(error.message));
      request.end(delivery.body);
    } catch (error) {
      resolve(error instanceof Error ? error.message : String(error));
    }
  });
}

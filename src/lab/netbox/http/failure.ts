// Every way a request can fail, as the answer NetBox gives for it. An error of the simulator itself is a 500 that names it, never a silent success.
import { Answered, DoesNotExist, Forbidden, IntegrityError, Invalid, NotFound, PlainText, Protected, ServerError } from '../write/errors';
import type { NetBoxVersion } from '../models/since-4-6';
import { html, json } from './exchange';
import type { Answer } from './exchange';

export function failureOf(error: unknown, version: NetBoxVersion = '4.5.10'): Answer {
  const crash = (exception: string, text: string): Answer => json(500, { error: text, exception, netbox_version: version, python_version: '3.11.7' });
  if (error instanceof Invalid) return json(400, error.errors);
  if (error instanceof Forbidden) return json(403, { detail: error.message });
  if (error instanceof NotFound) return json(404, { detail: error.message });
  if (error instanceof Protected) return json(409, { detail: error.message });
  if (error instanceof PlainText) return html(error.status, error.message);
  if (error instanceof Answered) return json(error.status, error.body, error.headers);
  if (error instanceof IntegrityError) return crash('IntegrityError', error.message);
  if (error instanceof DoesNotExist) return crash('DoesNotExist', error.message);
  if (error instanceof ServerError) return crash(error.exception, error.message);
  return crash('SimulatorError', error instanceof Error ? `${error.message}` : String(error));
}

// What Django and the REST framework would raise. The http layer turns them into answers, a branch job into its `error` text.
import type { Json, JsonObject } from '../store/row';

/** 400 with these field errors. */
export class Invalid extends Error {
  constructor(readonly errors: JsonObject) {
    super('invalid');
  }
}

/** A database constraint was hit after validation had passed: 500. */
export class IntegrityError extends Error {}
/** An object that change data points at is not there. */
export class DoesNotExist extends Error {}
/** 409: objects that may not be orphaned still point at it. */
export class Protected extends Error {}
/** 403 */
export class Forbidden extends Error {
  constructor(message = 'You do not have permission to perform this action.') {
    super(message);
  }
}
/** 404 */
export class NotFound extends Error {}
/** 500 with this class name, as NetBox prints unhandled errors. */
export class ServerError extends Error {
  constructor(readonly exception: string, message: string) {
    super(message);
  }
}
/** 400 (or another status) with a text body that is no JSON, as the branch actions answer. */
export class PlainText extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}
/** Any other JSON answer. */
export class Answered extends Error {
  constructor(readonly status: number, readonly body: Json, readonly headers: Readonly<Record<string, string>> = {}) {
    super(String(status));
  }
}

const quoted = (text: string): string => (text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replace(/'/g, "\\'")}'`);

/** Python's repr of a JSON value, as it ends up in job errors. */
export function pythonRepr(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object') return `{${Object.entries(value).map(([key, member]) => `${quoted(key)}: ${pythonRepr(member)}`).join(', ')}}`;
  return String(value);
}

/** Any exception of a branch job: its class name and message, printed as Python's repr. */
export class PythonError extends Error {
  constructor(readonly exception: string, message: string) {
    super(message);
  }
}

/** `repr(exc)` of whatever ended a branch job. */
export function reprOfError(error: unknown): string {
  if (error instanceof PythonError) return `${error.exception}(${pythonRepr(error.message)})`;
  if (error instanceof DoesNotExist) return `DoesNotExist(${pythonRepr(error.message)})`;
  if (error instanceof Invalid) return `ValidationError(${pythonRepr(error.errors)})`;
  if (error instanceof IntegrityError) return `IntegrityError(${pythonRepr(error.message)})`;
  if (error instanceof Protected) return `ProtectedError(${pythonRepr(error.message)})`;
  return `SimulatorError(${pythonRepr(error instanceof Error ? error.message : String(error))})`;
}

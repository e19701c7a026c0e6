// A refusal inside the simulated Proxmox. The real handlers `die` with a text that becomes the HTTP answer or the task's
// exit status; here it is thrown and caught at those two places only.

export class PveError extends Error {
  constructor(readonly status: number, message: string, readonly errors?: Readonly<Record<string, string>>) {
    super(message);
  }
}

/** 500 with a text, as most refusals of Proxmox are. */
export function die(message: string, status = 500): never {
  throw new PveError(status, message);
}

/** 400 with `errors` by parameter. */
export function badParameters(errors: Readonly<Record<string, string>>): never {
  throw new PveError(400, 'Parameter verification failed.', errors);
}

/** 403; `what` is `PATH, PRIVILEGE|PRIVILEGE` or another text, empty for the bare sentence. */
export function forbidden(what = ''): never {
  throw new PveError(403, what === '' ? 'Permission check failed' : `Permission check failed (${what})`);
}

/** A refusal wrapped by an outer call (`update pools failed: ...`): the outer status is 500 and the inner one becomes text. */
export function wrapped<T>(prefix: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    const details = Object.entries(error.errors ?? {}).map(([name, text]) => `\n${name}: ${text.trimEnd()}`).join('');
    throw new PveError(500, `${prefix}: ${error.status === 500 ? '' : `${error.status} `}${error.message}${details}`);
  }
}

// From the code of a refusal to its HTTP status: one table, so that a client may act on the number and docs/http-errors.md can
// list it. A code is `module.reason`; the exact code wins, then the reason, and whatever is not listed is 409: the request was
// understood and something that was observed forbids it.

const byCode: Readonly<Record<string, number>> = {
  'request.not-readable': 400,
  'request.too-large': 413,
  'request.media-type': 415,
  'identity.not-signed-in': 401,
  'identity.wrong-credentials': 401,
  'identity.token-unknown': 401,
  'identity.too-many-attempts': 429,
  'identity.csrf': 403,
  'identity.cross-site': 403,
  'identity.person-needed': 403,
  'freeze.on': 423,
  'netbox.unknown': 404,
  'branch.unknown': 404,
  'cluster.unknown': 404,
  'internal.error': 500,
};

const byReason: Readonly<Record<string, number>> = {
  'invalid': 400,
  'unreadable': 400,
  'signature': 401,
  'unsigned': 401,
  'not-found': 404,
  'not-allowed': 403,
  'four-eyes': 403,
  'frozen': 423,
  'too-many': 429,
  'bug': 500,
  'not-observed': 502,
  'transient': 502,
  'unknown-outcome': 502,
  'unavailable': 503,
};

/** The HTTP status of a refusal's code. */
export function statusOf(code: string): number {
  const reason = code.slice(code.lastIndexOf('.') + 1);
  return byCode[code] ?? byReason[reason] ?? 409;
}

// Carries P34: every route that answers without asking who calls. A public route that is not here does not start the server,
// and this list may only shrink: its spec holds the number.

export const publicRoutes: readonly string[] = [
  'GET /health',
  'POST /api/session',
  'GET /sign-in',
  'POST /sign-in',
  'POST /api/hooks/netbox/:instance',
  'POST /api/intent/gate',
];

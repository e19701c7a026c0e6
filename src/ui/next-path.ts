// Where somebody goes after the sign-in: a path of ours, never another site's address.

/** `/` for everything that is not plainly a path of this server. */
export const nextPath = (wanted: unknown): string => (typeof wanted === 'string' && wanted.length <= 500 && /^\/(?![/\\])[^\\\s]*$/.test(wanted) && !wanted.startsWith('/sign-') ? wanted : '/');

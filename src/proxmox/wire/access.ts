// Reads about rights: ACL rows, roles, and what the caller itself may. Unknown kinds of holders are not skipped: a grant that
// is not understood makes the whole list unreadable (P15, P30). Pure.
import type { Observed } from '../../kernel';
import type { AclRow, Permissions, RoleRow } from '../ports';
import { flag, list, object, oneOf, reading, text, unfit, words } from './shape';

export const readAcl = (data: unknown): Observed<readonly AclRow[]> =>
  reading('access control list', () =>
    list('data', data).map((row, index) => {
      const place = `data[${index}]`;
      return { path: text(place, row, 'path'), role: text(place, row, 'roleid'), holderKind: oneOf(place, row, 'type', ['user', 'token', 'group']), holder: text(place, row, 'ugid'), propagate: flag(place, row, 'propagate', true) };
    }));

export const readRoles = (data: unknown): Observed<readonly RoleRow[]> =>
  reading('roles', () => list('data', data).map((row, index) => ({ role: text(`data[${index}]`, row, 'roleid'), privileges: [...words(`data[${index}]`, row, 'privs')].sort() })));

/** `{path: {privilege: propagated 0|1}}`; a privilege counts whether it propagates or not. */
export const readPermissions = (data: unknown): Observed<Permissions> =>
  reading('permissions', () =>
    Object.fromEntries(Object.entries(object('data', data)).map(([path, privileges]) => {
      const row = object(`data.${path}`, privileges);
      for (const [name, propagated] of Object.entries(row)) if (propagated !== 0 && propagated !== 1 && propagated !== '0' && propagated !== '1') unfit(`data.${path}.${name}`, '0 or 1', propagated);
      return [path, Object.keys(row).sort()];
    })));

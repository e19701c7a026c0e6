// Everything an administrator runs once on a cluster, as `pveum` lines (F12): pools, roles, five users with one token each, and
// every ACL twice. Made from the table that the self-check compares with, so that what was run is what is wanted (P15).
import { intakePool, sluiceAcls, sluiceRoles, tokenNames, userOf, type Acl, type SluiceScope } from './token-table';

export interface SetupOrder extends SluiceScope {
  readonly cluster: string;
  /** 8 or 9: the same table; on 9 the agent may be read without the right to run commands in guests. */
  readonly major: 8 | 9;
  readonly withAgent: boolean;
}

const quoted = (text: string): string => (/^[\w@/.,:-]+$/.test(text) ? text : `'${text}'`);

/** Lines to paste into a root shell of any node, with comments; no secret is in them: Proxmox prints each token's once. */
export function setupCommands(order: SetupOrder): readonly string[] {
  const pools = [...new Set([intakePool, ...order.managedPools, ...order.deletablePools, ...(order.templatesPool === undefined ? [] : [order.templatesPool])])];
  const roles = order.withAgent ? { ...sluiceRoles, SluiceVmAudit: ['VM.Audit', order.major === 8 ? 'VM.Monitor' : 'VM.GuestAgent.Audit'] } : sluiceRoles;
  return [
    `# Sluice on cluster ${order.cluster} (Proxmox VE ${order.major}). Run as root on any node. Pools that exist already answer so: go on.`,
    ...pools.map((pool) => `pveum pool add ${quoted(pool)}`),
    '', '# Roles. The two of intake are padded on purpose: what is left of both halves can be handed on to nobody.',
    ...Object.entries(roles).map(([role, privileges]) => `pveum role add ${role} --privs ${quoted(privileges.join(','))}`),
    '', '# Five users without a password, one token each. Each secret is printed once: put it into a file of its own, readable for Sluice alone.',
    ...tokenNames.flatMap((token) => [`pveum user add ${userOf(token)} --comment ${quoted(`Sluice ${token}`)}`, `pveum user token add ${userOf(token)} ${token} --privsep 1`]),
    '', '# Rights, each twice: for the user and for its token. The destroy token gets none.',
    ...sluiceAcls(order).map(aclCommand),
    ...(order.withAgent && order.major === 8 ? ['', '# Warning: on Proxmox VE 8 VM.Monitor, which reading the agent needs, also allows to run commands in guests.'] : []),
  ];
}

const aclCommand = ({ path, role, holder, type, propagate }: Acl): string =>
  `pveum acl modify ${quoted(path)} --roles ${role} --${type}s ${quoted(holder)} --propagate ${propagate ? 1 : 0}`;

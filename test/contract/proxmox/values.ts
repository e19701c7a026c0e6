// What of the content of a 200 has to be equal, path by path; and which members it has to have.

const chosen = new Set(['digest', 'smbios1', 'vmgenid', 'meta', 'snaptime', 'args']);
const guestFacts = ['id', 'vmid', 'type', 'node', 'name', 'status', 'qmpstatus', 'template', 'tags', 'lock', 'pool', 'hastate', 'ha', 'agent', 'cpus', 'maxmem'];
const taskFacts = ['type', 'id', 'node', 'status', 'exitstatus', 'n', 't'];

const pick = (row: unknown, names: readonly string[]): unknown => (typeof row === 'object' && row !== null ? Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)).sort(([a], [b]) => (a < b ? -1 : 1))) : row);
const rows = (data: unknown, names: readonly string[]): unknown => (Array.isArray(data) ? data.map((row) => pick(row, names)).map((row) => JSON.stringify(row)).sort() : pick(data, names));

/** What of a 200 has to be equal on both sides, without what each chooses: MACs, uuids, times, digests, measurements. */
export function valuesOf(path: string, data: unknown): string {
  return JSON.stringify(chosenOut(path, data)).replace(/[0-9A-F]{2}(?::[0-9A-F]{2}){5}/gi, 'MAC').replace(/fe80::[0-9a-f:]+/g, 'LINK-LOCAL').replace(/"(?:parent|snaptime)":\d+,?/g, '');
}

function chosenOut(path: string, data: unknown): unknown {
  if (/\/config$/.test(path)) return Object.fromEntries(Object.entries((data ?? {}) as Record<string, unknown>).filter(([key]) => !chosen.has(key)).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (/\/pending$/.test(path)) return rows((data as readonly { readonly key: string }[]).filter((row) => !chosen.has(row.key)), ['key', 'value', 'pending', 'delete']);
  if (/\/nextid$/.test(path)) return data;
  // resources.cfg is so short that its digest is the same on both sides.
  if (/\/cluster\/(?:options|ha\/(?:resources|status\/current)|sdn\/(?:zones|vnets)|replication)$/.test(path)) return inOrder(data);
  if (/\/network\/\w+$/.test(path)) return inOrder(data);
  if (/\/cluster\/status$/.test(path)) return rows(data, ['type', 'id', 'quorate', 'nodes', 'nodeid', 'online', 'local', 'level']);
  if (/\/cluster\/config\/nodes$/.test(path)) return rows(data, ['node', 'name', 'nodeid', 'quorum_votes', 'ring0_addr']);
  if (/\/nodes\/?$/.test(path)) return rows(data, ['id', 'type', 'node', 'status', 'level']);
  if (/\/migrate$|\/(?:qemu|lxc)\/\d+\/status$|\/tasks\/UPID[^/]*$|\/feature$/.test(path)) return inOrder(data);
  if (/\/rrddata/.test(path)) return (data as readonly unknown[]).length;
  if (/\/agent\/(?:get-(?:host-name|vcpus|users|timezone|fsinfo)|network-get-interfaces|exec-status|file-read)$/.test(path)) return inOrder(data);
  if (/\/status\/current$|\/(?:qemu|lxc)$/.test(path)) return rows(data, guestFacts);
  if (/\/cluster\/resources$/.test(path)) return rows((data as readonly { readonly type: string }[]).filter((row) => row.type === 'qemu' || row.type === 'lxc'), guestFacts);
  if (/\/tasks\/UPID[^/]*\/(?:status|log)$/.test(path)) return rows(data, taskFacts);
  if (/\/nodes\/\w+\/tasks$/.test(path)) return rows(withoutToken(data), ['type', 'id', 'node', 'status', 'user', 'saved']);
  if (/\/snapshot$/.test(path)) return rows(data, ['name', 'description', 'parent', 'running', 'vmstate']);
  if (/\/pools/.test(path)) return rows(data, ['poolid', 'comment']);
  if (/\/storage(?:\/[^/]+)?$|\/storage\/[^/]+\/status$/.test(path)) return rows(sortedContent(data), ['storage', 'type', 'content', 'shared', 'active', 'enabled', 'path', 'subdir']);
  if (/\/storage\/[^/]+\/content$/.test(path)) return rows(withoutTime(ownSizes(data)), ['volid', 'content', 'format', 'vmid', 'subtype', 'parent', 'size', 'notes', 'protected']);
  if (/\/cluster\/backup(?:\/\w+)?$|\/cloudinit\/dump$|\/aplinfo$/.test(path)) return inOrder(data);
  if (/\/cloudinit$/.test(path)) return rows(data, ['key', 'value', 'pending', 'delete']);
  if (/\/content\/[^/]+:.*$/.test(path)) return pick(data, ['path', 'size', 'format']);
  if (/\/access\/domains$|\/json\/(?:cluster|nodes\/\w+)?$/.test(path)) return inOrder(data);
  if (/\/access\/users(?:\/[^/]+\/token)?$/.test(path)) return rows(data, ['userid', 'enable', 'expire', 'email', 'comment', 'realm-type', 'tokenid', 'privsep']);
  if (/\/access\/ticket$/.test(path)) return inOrder(pick(data, ['username', 'cap']));
  if (/\/token\/\w+$/.test(path)) return inOrder(pick(data, ['full-tokenid', 'info']));
  if (/\/access\/acl$/.test(path)) return rows(data, ['path', 'roleid', 'type', 'ugid', 'propagate']);
  if (/\/access\/permissions$/.test(path)) return Object.entries(data as object).map(([at, rights]) => [at, Object.entries(rights as object).sort(([a], [b]) => (a < b ? -1 : 1))]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return null;
}

/** All of it, members in order; what is counted or measured is only there or not. */
const inOrder = (data: unknown): unknown => {
  if (Array.isArray(data)) return data.map(inOrder);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]): [string, unknown] => [name, name === 'statistics' ? true : inOrder(value)]).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** The token of root has a name of its own on each side. */
const withoutToken = (data: unknown): unknown => (JSON.parse(JSON.stringify(data).replace(/root@pam!(?:test|lab)/g, 'root@pam!TOKEN').replace(/\.tmp\.\d+/g, '.tmp')) as unknown);

/** Content types are a set: each side has them in an order of its own. */
const sortedContent = (data: unknown): unknown => (Array.isArray(data) ? data.map(sortedContent) : typeof data === 'object' && data !== null && 'content' in data ? { ...data, content: String(data.content).split(',').sort().join(',') } : data);
/** How big an archive is depends on what was packed; how big a disk is was asked for. */
const ownSizes = (data: unknown): unknown => (Array.isArray(data) ? data.map((row: { readonly content: string; readonly size: number }) => (['images', 'rootdir'].includes(row.content) ? row : { ...row, size: 0 })) : data);
/** Backups carry the time of their making in their name. */
const withoutTime = (data: unknown): unknown => (JSON.parse(JSON.stringify(data).replace(/-\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d\./g, '-TIME.')) as unknown);

/** Members that the real answer has and ours has not or has as another type; lists by all members of their rows. */
export function missingMembers(real: unknown, mine: unknown): readonly string[] {
  const kind = (data: unknown): string => (Array.isArray(data) ? 'list' : data === null || data === undefined ? 'nothing' : typeof data);
  if (kind(real) !== kind(mine)) return [`(${kind(real)} here, ${kind(mine)} there)`];
  const members = (data: unknown): ReadonlyMap<string, string> => {
    const types = new Map<string, Set<string>>();
    for (const row of Array.isArray(data) ? (data as readonly unknown[]) : [data]) {
      for (const [name, value] of Object.entries(typeof row === 'object' && row !== null ? row : {})) types.set(name, (types.get(name) ?? new Set()).add(kind(value)));
    }
    return new Map([...types].map(([name, kinds]) => [name, [...kinds].sort().join('/')]));
  };
  if (Array.isArray(real) && Array.isArray(mine) && (real.length === 0 || mine.length === 0)) return real.length > 0 && mine.length === 0 ? ['(all rows)'] : [];
  const [have, wanted] = [members(mine), members(real)];
  return [...wanted].flatMap(([name, type]) => (!have.has(name) ? [name] : type.includes('/') || have.get(name) === type ? [] : [`${name} is ${type}, ours ${have.get(name) ?? ''}`]));
}

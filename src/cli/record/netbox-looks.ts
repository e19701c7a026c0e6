// What is read of a NetBox with branching, and what an answer leads to. No users, tokens, permissions, webhooks (their secrets can
// be read back), data sources, journal entries, configuration contexts or rendered configurations.
import { jsonOf, members, rowsOf, textOf, type Look, type Members, type Query } from './look';

const look = (section: string, title: string, template: string, id: string | null = null, query: Query = []): Look => ({ section, title: id === null ? title : `${title}-${id}`, template, path: template.replace('{id}', encodeURIComponent(id ?? '')), query });
const list = (section: string, title: string, template: string, query: Query = []): Look => look(section, title, template, null, [['limit', '100'], ...query]);

const instance = '01-instance';
const definitions = '02-definitions';
const inventory = '03-inventory';
const branches = '04-branches';
/** Of each list: enough to see what a single object looks like. */
const alone = 5;
const noContext: Query = [['exclude', 'config_context']];

const lists: Readonly<Record<string, readonly [string, Query]>> = {
  '/api/virtualization/clusters/': ['cluster', []], '/api/virtualization/virtual-machines/': ['vm', noContext], '/api/virtualization/interfaces/': ['interface', []], '/api/virtualization/virtual-disks/': ['disk', []],
  '/api/ipam/ip-addresses/': ['ip', []], '/api/dcim/mac-addresses/': ['mac', []], '/api/dcim/devices/': ['device', noContext], '/api/extras/tags/': ['tag', []], '/api/extras/custom-fields/': ['custom-field', []],
};

/** The first one tells whether the token is accepted at all. */
export const netboxFirst: readonly Look[] = [
  look(instance, 'status', '/api/status/'), look(instance, 'who-asks', '/api/authentication-check/'),
  look(instance, 'branchable-models', '/api/plugins/branching/branchable-models/'), list(instance, 'object-types', '/api/core/object-types/'), { ...look(instance, 'schema', '/api/schema/', null, [['format', 'json']]), ofProduct: true },
  list(definitions, 'custom-fields', '/api/extras/custom-fields/'), list(definitions, 'choice-sets', '/api/extras/custom-field-choice-sets/'), list(definitions, 'tags', '/api/extras/tags/'),
  list(inventory, 'cluster-types', '/api/virtualization/cluster-types/'), list(inventory, 'clusters', '/api/virtualization/clusters/'), list(inventory, 'vms', '/api/virtualization/virtual-machines/', noContext),
  list(inventory, 'interfaces', '/api/virtualization/interfaces/'), list(inventory, 'disks', '/api/virtualization/virtual-disks/'), list(inventory, 'ips', '/api/ipam/ip-addresses/'), list(inventory, 'macs', '/api/dcim/mac-addresses/'),
  list(inventory, 'devices', '/api/dcim/devices/', noContext),
  list(branches, 'branches', '/api/plugins/branching/branches/'), list(branches, 'branch-events', '/api/plugins/branching/branch-events/'), list(branches, 'jobs', '/api/core/jobs/', [['object_type', 'netbox_branching.branch'], ['ordering', '-created']]),
  list(branches, 'object-changes', '/api/core/object-changes/', [['changed_object_type', 'virtualization.virtualmachine']]),
];

/** What an answer of 200 leads to: a few of the list one by one, its next page, the content of each branch. */
export function netboxFollow(asked: Look, body: unknown): readonly Look[] {
  const rows = rowsOf(members(body)['results']);
  const single = lists[asked.template];
  const isFirstPage = !asked.query.some(([name]) => name === 'offset') && asked.headers === undefined;
  return [
    ...(single === undefined || !isFirstPage ? [] : rows.slice(0, alone).flatMap((row) => ofRow(asked, row, single))),
    ...nextPage(asked, members(body)['next']),
    ...(asked.template === '/api/plugins/branching/branches/' ? rows.flatMap(ofBranch) : []),
  ];
}

function ofRow({ section, template }: Look, row: Members, [title, query]: readonly [string, Query]): readonly Look[] {
  const id = textOf(row['id']);
  return id === null ? [] : [look(section, title, `${template}{id}/`, id, query)];
}

function ofBranch(row: Members): readonly Look[] {
  const [id, schema] = [textOf(row['id']), textOf(row['schema_id'])];
  if (id === null || schema === null) return [];
  const content = list(branches, `changes-of-branch-${id}`, '/api/plugins/branching/changes/', [['branch_id', id]]);
  const isReady = members(row['status'])['value'] === 'ready';
  const inside: Look = { ...list(branches, `vms-in-branch-${id}`, '/api/virtualization/virtual-machines/', noContext), headers: { 'X-NetBox-Branch': schema } };
  return [look(branches, 'branch', '/api/plugins/branching/branches/{id}/', id), content, ...(isReady ? [inside] : [])];
}

/** The server says where the next page is; only its query is believed, never another host or path. */
function nextPage(asked: Look, next: unknown): readonly Look[] {
  const link = textOf(next);
  if (link === null || !URL.canParse(link)) return [];
  const query = [...new URL(link).searchParams];
  const offset = query.find(([name]) => name === 'offset' || name === 'start')?.[1] ?? 'next';
  return [{ ...asked, title: `${asked.title.replace(/-from-\d+$/, '')}-from-${offset}`, query }];
}

export const versionOfNetBox = (text: string): string => textOf(members(jsonOf(text))['netbox-version']) ?? 'unknown';

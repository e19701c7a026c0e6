// Where a VM may be and what its type gives it, as NetBox 4.6 has it (read from the source of 4.6.8, never seen running): a site, a cluster or a device is
// enough, a device of a cluster asks for that cluster, and a new VM takes from its type what it was not given.
import type { Model } from '../models/model';
import { asId, asText } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { View } from '../store/view';
import type { Candidate } from './clean';

const nameOf = (row: Row | undefined): string => asText(row?.['name']);
export const siteOfCluster = (cluster: Row | undefined): number | null => (cluster?.['scope_type'] === 'dcim.site' ? asId(cluster['scope_id']) : null);

/** The first rule of the place that does not hold. */
export function placementErrors(candidate: Candidate, view: View): JsonObject {
  const [cluster, device, site] = [view.get('virtualization.cluster', asId(candidate['cluster'])), view.get('dcim.device', asId(candidate['device'])), view.get('dcim.site', asId(candidate['site']))];
  if (site === undefined && cluster === undefined && device === undefined) return { __all__: ['A virtual machine must be assigned to a site, cluster, or device.'] };
  const scope = siteOfCluster(cluster);
  if (site !== undefined && scope !== null && site.id !== scope) return { cluster: [`The selected cluster (${nameOf(cluster)}) is not assigned to this site (${nameOf(site)}).`] };
  if (device === undefined) return {};
  if (site !== undefined && device['site'] !== site.id) return { site: [`The selected device (${nameOf(device)}) is not assigned to this site (${nameOf(site)}).`] };
  const home = view.get('virtualization.cluster', asId(device['cluster']));
  if (cluster === undefined && home !== undefined) return { cluster: [`Must specify the assigned device's cluster (${nameOf(home)}) when assigning host device ${nameOf(device)}.`] };
  return cluster !== undefined && home?.id !== cluster.id ? { device: [`The selected device (${nameOf(device)}) is not assigned to this cluster (${nameOf(cluster)}).`] } : {};
}

const DEFAULTS: Readonly<Record<string, string>> = { platform: 'default_platform', vcpus: 'default_vcpus', memory: 'default_memory' };

/** What a new VM takes from its type. */
export function typeDefaults(model: Model, candidate: Candidate, view: View): Readonly<Record<string, Json>> {
  const type = 'virtual_machine_type' in model.fields ? view.get('virtualization.virtualmachinetype', asId(candidate['virtual_machine_type'])) : undefined;
  if (type === undefined) return {};
  return Object.fromEntries(Object.entries(DEFAULTS).flatMap(([field, source]) => ((candidate[field] ?? null) === null ? [[field, type[source] ?? null] as const] : [])));
}

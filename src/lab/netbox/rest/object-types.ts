// Content types by number: change data names the type of a generic relation by it. Any signed-in user may read the list.
import type { Model } from '../models/model';
import { modelsIn } from '../models/registry';
import type { NetBoxVersion } from '../models/since-4-6';
import type { Json } from '../store/row';
import { isOneOf, readOnly } from './read-only';
import type { Rest } from './rest';

interface ObjectType { readonly id: number; readonly app: string; readonly name: string; readonly model: Model }

const typesIn = (version: NetBoxVersion): readonly ObjectType[] => modelsIn(version).map((model) => ({ id: model.contentType, app: model.type.split('.')[0] ?? '', name: model.type.split('.')[1] ?? '', model }));
const title = (text: string): string => text.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

const WITH_CONTACTS = ['dcim.site', 'dcim.manufacturer', 'dcim.device', 'tenancy.tenant', 'ipam.prefix', 'ipam.ipaddress', 'virtualization.cluster', 'virtualization.clustergroup', 'virtualization.virtualmachine', 'vpn.l2vpn'];
const WITH_IMAGES = ['dcim.site', 'dcim.devicetype', 'dcim.device', 'virtualization.virtualmachine'];

/** What NetBox can do with objects of a model, in the order in which it lists it: everything for those of its own apps, less for what describes NetBox itself. */
function featuresOf(model: Model): readonly string[] {
  const [fields, tags] = [model.rest.includes('custom_fields'), model.rest.includes('tags')];
  const whole = fields && tags && model.branchable;
  return [
    ...(whole ? ['bookmarks'] : []), ...(model.changeLogged ? ['change_logging'] : []), ...(whole ? ['cloning'] : []), ...(WITH_CONTACTS.includes(model.type) ? ['contacts'] : []), ...(fields ? ['custom_fields'] : []),
    ...(whole ? ['custom_links', 'custom_validation'] : []), 'event_rules', ...(whole ? ['export_templates'] : []), ...(WITH_IMAGES.includes(model.type) ? ['image_attachments'] : []), ...(whole ? ['journaling', 'notifications'] : []),
    ...(tags ? ['tags'] : []), ...(model.branchable ? ['branching'] : []),
  ];
}

function shown(rest: Rest, { id, app, name, model }: ObjectType): { readonly [key: string]: Json } {
  return {
    id, url: `${rest.call.origin}/api/core/object-types/${id}/`, display: `${model.app} > ${title(model.verbose)}`, app_label: app, app_name: model.app, model: name, model_name: model.verbose, model_name_plural: model.plural, public: true, features: featuresOf(model),
    is_plugin_model: app === 'netbox_branching', rest_api_endpoint: `/api/${model.endpoint}/`, description: '',
  };
}

export const objectTypes = readOnly<ObjectType>({
  type: null,
  noun: 'ObjectType',
  rows: (rest) => typesIn(rest.state.version),
  order: ['app_label', 'model'],
  value: (type, path) => ({ id: type.id, app_label: type.app, model: type.name })[path],
  show: shown,
  filters: { id: (values) => isOneOf((type) => type.id, values), app_label: (values) => isOneOf((type) => type.app, values), model: (values) => isOneOf((type) => type.name, values) },
});

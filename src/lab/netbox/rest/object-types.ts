// Content types by number: change data names the type of a generic relation by it. Any signed-in user may read the list.
import type { Model } from '../models/model';
import { MODELS } from '../models/model-table';
import type { Json } from '../store/row';
import { isOneOf, readOnly } from './read-only';
import type { Rest } from './rest';

interface ObjectType { readonly id: number; readonly app: string; readonly name: string; readonly model: Model }

const TYPES: readonly ObjectType[] = MODELS.map((model) => ({ id: model.contentType, app: model.type.split('.')[0] ?? '', name: model.type.split('.')[1] ?? '', model }));
const title = (text: string): string => text.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

function shown(rest: Rest, { id, app, name, model }: ObjectType): { readonly [key: string]: Json } {
  const features = [...(model.changeLogged ? ['change_logging'] : []), ...(model.rest.includes('custom_fields') ? ['custom_fields'] : []), 'event_rules', ...(model.rest.includes('tags') ? ['tags'] : []), ...(model.branchable ? ['branching'] : [])];
  return {
    id, url: `${rest.call.origin}/api/core/object-types/${id}/`, display: `${model.app} > ${title(model.verbose)}`, app_label: app, app_name: model.app, model: name, model_name: model.verbose, model_name_plural: model.plural, public: true, features,
    is_plugin_model: app === 'netbox_branching', rest_api_endpoint: `/api/${model.endpoint}/`, description: '',
  };
}

export const objectTypes = readOnly<ObjectType>({
  type: null,
  noun: 'ObjectType',
  rows: () => TYPES,
  order: ['app_label', 'model'],
  value: (type, path) => ({ id: type.id, app_label: type.app, model: type.name })[path],
  show: shown,
  filters: { id: (values) => isOneOf((type) => type.id, values), app_label: (values) => isOneOf((type) => type.app, values), model: (values) => isOneOf((type) => type.name, values) },
});

// Finding a model by its type, its endpoint or its content type number, and who points at it.
import type { Model } from './model';
import { MODELS } from './model-table';

const byType = new Map(MODELS.map((model) => [model.type, model]));
const byEndpoint = new Map(MODELS.map((model) => [model.endpoint, model]));
const byContentType = new Map(MODELS.map((model) => [model.contentType, model]));

export const modelOf = (type: string): Model | undefined => byType.get(type);
export const modelAt = (endpoint: string): Model | undefined => byEndpoint.get(endpoint);
export const modelOfContentType = (id: number): Model | undefined => byContentType.get(id);

/** The model of a type that is known to be in the table; an unknown one is a mistake in the simulator. */
export function knownModel(type: string): Model {
  const found = byType.get(type);
  if (found === undefined) throw new Error(`the model table has no ${type}`);
  return found;
}

export interface Reference { readonly model: Model; readonly field: string; readonly onDelete: 'cascade' | 'protect' | 'null' }

const references = new Map<string, Reference[]>();
for (const model of MODELS)
  for (const [field, { type }] of Object.entries(model.fields))
    if (type.kind === 'fk') references.set(type.to, [...(references.get(type.to) ?? []), { model, field, onDelete: type.onDelete }]);

/** Every foreign key that may point at an object of this type. */
export const referencesTo = (type: string): readonly Reference[] => references.get(type) ?? [];

const TERMINATION = 'vpn.l2vpntermination';
const ON_INTERFACE = ['dcim.macaddress', 'ipam.ipaddress', TERMINATION];
const ASSIGNED: Readonly<Record<string, readonly string[]>> = { 'dcim.interface': ON_INTERFACE, 'virtualization.vminterface': ON_INTERFACE, 'ipam.vlan': [TERMINATION] };

/** Types whose `assigned_object` may be of this type; they go with it when it is deleted. */
export const assignableTo = (type: string): readonly string[] => ASSIGNED[type] ?? [];

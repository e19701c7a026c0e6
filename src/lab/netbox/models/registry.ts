// Finding a model by its type, its endpoint or its content type number, and who points at it.
import type { Model } from './model';
import { MODELS } from './model-table';
import { VM_TYPE, isSince46, modelIn } from './since-4-6';
import type { NetBoxVersion } from './since-4-6';

const ALL = [...MODELS, VM_TYPE];
const byType = new Map(ALL.map((model) => [model.type, model]));
const byEndpoint = new Map(ALL.map((model) => [model.endpoint, model]));
const byContentType = new Map(ALL.map((model) => [model.contentType, model]));

/** Every model that this version has an endpoint for. */
export const modelsIn = (version: NetBoxVersion): readonly Model[] => (isSince46(version) ? ALL : MODELS);

/** Whether this version knows the type. */
export const isTypeIn = (version: NetBoxVersion, type: string): boolean => byType.has(type) && (type !== VM_TYPE.type || isSince46(version));

export const modelOf = (type: string): Model | undefined => byType.get(type);
export function modelAt(endpoint: string, version: NetBoxVersion = '4.5.10'): Model | undefined {
  const found = byEndpoint.get(endpoint);
  return found === undefined || (found === VM_TYPE && !isSince46(version)) ? undefined : modelIn(version, found);
}
export const modelOfContentType = (id: number): Model | undefined => byContentType.get(id);

/** The model of a type that is known to be in the table; an unknown one is a mistake in the simulator. */
export function knownModel(type: string): Model {
  const found = byType.get(type);
  if (found === undefined) throw new Error(`the model table has no ${type}`);
  return found;
}

export interface Reference { readonly model: Model; readonly field: string; readonly onDelete: 'cascade' | 'protect' | 'null' }

const references = new Map<string, Reference[]>();
// A reference of a later version is null in an earlier one.
for (const model of ALL)
  for (const [field, { type }] of Object.entries(modelIn('4.6.8', model).fields))
    if (type.kind === 'fk') references.set(type.to, [...(references.get(type.to) ?? []), { model, field, onDelete: type.onDelete }]);

/** Every foreign key that may point at an object of this type. */
export const referencesTo = (type: string): readonly Reference[] => references.get(type) ?? [];

const TERMINATION = 'vpn.l2vpntermination';
const ON_INTERFACE = ['dcim.macaddress', 'ipam.ipaddress', TERMINATION];
const ASSIGNED: Readonly<Record<string, readonly string[]>> = { 'dcim.interface': ON_INTERFACE, 'virtualization.vminterface': ON_INTERFACE, 'ipam.vlan': [TERMINATION] };

/** Types whose `assigned_object` may be of this type; they go with it when it is deleted. */
export const assignableTo = (type: string): readonly string[] => ASSIGNED[type] ?? [];

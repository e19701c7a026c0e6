// What NetBox 4.6 adds to the models of 4.5. Read from the source of 4.6.8, never seen running: where `virtual_machine_type` stands among the other keys of
// a VM, and the keys of the change log, are as the order of its fields suggests.
import { decimal, fk, integer, slug, text } from './field';
import { model } from './model';
import type { Model, UniqueRule } from './model';

export type NetBoxVersion = '4.5.10' | '4.6.8';

export const isSince46 = (version: NetBoxVersion): boolean => version !== '4.5.10';

const TYPE = 'virtualization.virtualmachinetype';
const VM = 'virtualization.virtualmachine';

/** Only 4.6 has an endpoint for it. */
export const VM_TYPE: Model = model(TYPE, 'virtualization/virtual-machine-types', {
  verbose: 'virtual machine type', className: 'VirtualMachineType', contentType: 141, order: 'name', brief: 'id url display name slug description',
  fields: { name: text(100, { required: true }), slug: slug(), default_platform: fk('dcim.platform', 'null'), default_vcpus: decimal(6, 2, 0.01), default_memory: integer(), description: text(200), comments: text(100000) },
  rest: 'id url display_url display name slug default_platform default_vcpus default_memory description owner comments tags custom_fields created last_updated virtual_machine_count',
  log: 'created owner description comments name slug default_platform default_vcpus default_memory virtual_machine_count custom_fields tags',
  unique: [{ fields: ['name'], caseless: 'name', constraint: 'virtualization_virtualmachinetype_unique_name', message: 'Virtual machine type name must be unique.' }],
});

const NAMES = 'virtualization_virtualmachine_unique_name';
const ON_A_DEVICE: readonly UniqueRule[] = [
  { fields: ['name', 'device', 'tenant'], caseless: 'name', whenNull: ['cluster'], constraint: `${NAMES}_device_tenant`, message: 'Virtual machine name must be unique per device and tenant.' },
  { fields: ['name', 'device'], caseless: 'name', whenNull: ['cluster', 'tenant'], constraint: `${NAMES}_device`, message: 'Virtual machine name must be unique per device.' },
];

const before = (keys: readonly string[], next: string, key: string): readonly string[] => keys.flatMap((known) => (known === next ? [key, known] : [known]));

const withType = (vm: Model): Model => ({
  ...vm,
  fields: { ...vm.fields, virtual_machine_type: fk(TYPE) },
  rest: before(vm.rest, 'status', 'virtual_machine_type'),
  log: before(vm.log, 'site', 'virtual_machine_type'),
  unique: [...vm.unique.map((rule) => (rule.constraint === `${NAMES}_cluster_tenant` ? { ...rule, message: 'Virtual machine name must be unique per cluster and tenant.' } : rule)), ...ON_A_DEVICE],
});

const known = new WeakMap<Model, Model>();

/** A model as this version has it. */
export function modelIn(version: NetBoxVersion, of: Model): Model {
  if (of.type !== VM || !isSince46(version) || 'virtual_machine_type' in of.fields) return of;
  const made = known.get(of) ?? withType(of);
  known.set(of, made);
  return made;
}

// What a guest is made from: nothing, an ISO, a container template, a template guest. Named by the branch, found in what was
// observed; two at once, or one that is not there, is refused by name.
import { ok, refuse, type Result, type Vmid } from '../../../kernel';
import type { GuestConfig, GuestKind, Origin } from '../../../guest';
import type { PlanInput } from '../draft-parts';
import { customField, isSet, text, wholeOf, type Data } from '../fields';
import type { ClusterWorld } from '../world';

export interface FoundOrigin {
  readonly origin: Origin;
  /** The template's configuration, for a clone. */
  readonly template: GuestConfig | null;
}

const volume = /^[a-z][a-z0-9\-_.]*[a-z0-9]:(iso|vztmpl)\/[^,=\s]+$/i;

export function originOf(kind: GuestKind, wanted: Data, world: ClusterWorld, input: PlanInput): Result<FoundOrigin> {
  const { iso, ostemplate, template } = input.fields;
  const given = [iso, ostemplate, template].filter((field) => isSet(customField(wanted, field)));
  if (given.length > 1) return refuse('create.origin', 'The guest would be made from two things.', given.map((field) => `${field} ${JSON.stringify(customField(wanted, field))}`).join(', '), 'Leave one of them.');
  if (given[0] === template) return cloneOf(kind, customField(wanted, template), world, template);
  if (kind === 'lxc') {
    const volid = text(customField(wanted, ostemplate));
    if (volid === null) return refuse('create.origin', 'A container is made from a template.', `${ostemplate} and ${template} are empty`, `Set ${ostemplate} to a volume like local:vztmpl/debian-12-standard.tar.zst.`);
    return isVolume(volid, 'vztmpl') ? ok({ origin: { kind: 'ostemplate', volid }, template: null }) : notAVolume(ostemplate, volid, 'vztmpl');
  }
  if (given[0] === ostemplate) return refuse('create.origin', 'A VM is not made from a container template.', `${ostemplate} ${JSON.stringify(customField(wanted, ostemplate))}`, `Clear it, or set ${input.fields.kind} to lxc.`);
  const volid = text(customField(wanted, iso));
  if (volid === null) return ok({ origin: { kind: 'blank' }, template: null });
  return isVolume(volid, 'iso') ? ok({ origin: { kind: 'iso', volid }, template: null }) : notAVolume(iso, volid, 'iso');
}

const isVolume = (volid: string, content: string): boolean => volume.exec(volid)?.[1] === content;
const notAVolume = (field: string, volid: string, content: string): Result<never> =>
  refuse('create.origin', 'The volume is not named as Proxmox names it.', `${field} ${JSON.stringify(volid)}`, `Write it as STORAGE:${content}/NAME.`);

/** The template guest of this VMID or name. A name that two templates bear says nothing. */
export function templateRow(value: unknown, world: ClusterWorld): Result<{ readonly vmid: Vmid; readonly node: string; readonly kind: GuestKind; readonly name: string }> {
  const vmid = wholeOf(value);
  const name = vmid === null ? text(value) : null;
  if (!world.guests.ok) return refuse('create.template', 'The template cannot be looked for.', `${world.guests.error.where}: ${world.guests.error.text}`, 'Repair what keeps the guests from being listed, then plan again.');
  const found = world.guests.value.filter((row) => row.isTemplate && (vmid === null ? row.name === name : row.vmid === vmid));
  const [row] = found;
  if (row === undefined) return refuse('create.template', 'The template is not there.', `no template ${vmid === null ? `named ${JSON.stringify(value)}` : `with VMID ${vmid}`} in cluster ${world.settings.name}`, `Name one of: ${world.guests.value.filter((each) => each.isTemplate).map((each) => `${each.vmid} ${each.name ?? ''}`).join(', ') || 'there is none that the reflect token sees'}.`);
  if (found.length > 1) return refuse('create.template', 'More than one template has this name.', found.map((each) => String(each.vmid)).join(', '), 'Name it by its VMID.');
  return ok({ vmid: row.vmid, node: row.node, kind: row.kind, name: row.name ?? String(row.vmid) });
}

function cloneOf(kind: GuestKind, value: unknown, world: ClusterWorld, field: string): Result<FoundOrigin> {
  const row = templateRow(value, world);
  if (!row.ok) return row;
  if (row.value.kind !== kind) return refuse('create.template', 'The template is of the other kind.', `${row.value.kind} ${row.value.vmid}, and a ${kind} is wanted`, `Name another template in ${field}.`);
  const seen = world.observed.get(row.value.vmid);
  if (seen === undefined || !seen.ok) return refuse('observation.incomplete', 'The template could not be read.', seen === undefined ? `${row.value.kind} ${row.value.vmid} was not read` : `${seen.error.where}: ${seen.error.text}`, 'Repair what keeps Proxmox from being read, then plan again.');
  if (!seen.value.config.isTemplate) return refuse('create.template', 'It is no template.', `${row.value.kind} ${row.value.vmid} is a guest that runs or may run`, 'Name a template: cloning a guest that is in use copies what it is doing.');
  return ok({ origin: { kind: 'clone', template: row.value.vmid, templateName: row.value.name, node: row.value.node, storage: null }, template: seen.value.config });
}

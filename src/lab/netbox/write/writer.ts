// Every write of the simulated NetBox goes through here, whoever asks: REST, the seed, a third party, a merge. It stores the object, writes the
// change log, keeps the change diffs and queues the object's event. Deletes log their whole cascade first, as Django's pre_delete does.
import { followBranchChange, followMainChange, diffOf } from '../branching/change-diff';
import type { Model } from '../models/model';
import { assignableTo, modelOf, referencesTo } from '../models/registry';
import { displayOf, logForm, reprOf, storedLogForm } from '../read/log-form';
import { Representer } from '../read/represent';
import { asObject, asText, asTexts, sameJson } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { LogRow } from '../store/space';
import type { State } from '../store/state';
import type { View } from '../store/view';
import type { EventQueue } from '../webhooks/event-queue';
import { collision } from './clean';
import { IntegrityError, Invalid, Protected } from './errors';

export interface Author {
  readonly user: number | null;
  readonly userName: string;
  readonly requestId: string;
  /** The request that writes; a merge has none and is told as `GET /`. */
  readonly via?: { readonly method: string; readonly path: string };
}
export type Values = Readonly<Record<string, Json>>;

/** Objects go in this order when their owner is deleted; the owner itself is last. */
const CASCADE_ORDER = ['vpn.l2vpntermination', 'dcim.macaddress', 'virtualization.virtualdisk', 'ipam.ipaddress', 'dcim.interface', 'virtualization.vminterface', 'virtualization.virtualmachine'];

/** The endpoint of branches takes no snapshot before it writes, so every write of it is logged as a change, also one that changes nothing (1.1.2). */
const UNSEEN = 'netbox_branching.branch';

export class Writer {
  readonly #state: State;

  constructor(
    readonly view: View,
    readonly author: Author,
    readonly events: EventQueue,
    /** Writes without a change log and without events (a sync replaying main into a branch). */
    private readonly silent = false,
  ) {
    this.#state = view.state;
  }

  /** Stores a new object. `as` keeps a given id (a merge, which also keeps `created` and leaves `last_updated` null; a revert, whose times are new). */
  create(model: Model, values: Values, message = '', as?: { readonly id: number; readonly created?: string }): Row {
    const id = as?.id ?? this.#state.nextId(model.type);
    const defaults = Object.fromEntries(Object.entries(model.fields).map(([name, field]) => [name, field.default]));
    const created = as?.created ?? this.#state.clock.now();
    const row: Row = { ...defaults, tags: [], custom_fields: {}, ...values, id, created, last_updated: as?.created === undefined ? this.#state.clock.now() : null };
    for (const rule of model.unique)
      if (rule.constraint !== undefined && collision(this.view, model, rule, row) !== undefined) throw new IntegrityError(this.#duplicate(model, rule.constraint, rule.fields, row, rule.caseless));
    this.view.spaceOf(model.type).put(model.type, row);
    this.#log('create', model, row, null, logForm(model, row, this.view), message);
    this.#after(model, row);
    return row;
  }

  /** Stores new values of an object; a change-log row is written only when something changed, the event is queued in any case (NetBox 4.5). */
  update(model: Model, before: Row, values: Values, message = ''): Row {
    this.#refuseOrphan(model, before);
    const pre = model.type === UNSEEN ? null : storedLogForm(model, before, this.view);
    const row: Row = { ...before, ...values, id: before.id, created: before.created, last_updated: this.#state.clock.now() };
    this.view.spaceOf(model.type).put(model.type, row);
    const post = storedLogForm(model, row, this.view);
    const changed = pre === null || !sameJson({ ...pre, last_updated: null }, { ...post, last_updated: null });
    if (changed) this.#log('update', model, row, pre, post, message);
    else this.#announce('update', model, row, pre, post, null);
    this.#after(model, row, before);
    return row;
  }

  /** Deletes an object with everything that depends on it. Throws {@link Protected} when something may not be orphaned. */
  delete(model: Model, row: Row, message = ''): void {
    this.#refuseOrphan(model, row);
    const doomed = this.#collect(model, row);
    this.#refuseProtected(doomed);
    const forms = doomed.map((item) => ({ ...item, pre: storedLogForm(item.model, item.row, this.view), data: this.#dataOf(item.model, item.row) }));
    for (const item of forms) {
      this.#log('delete', item.model, item.row, item.pre, null, item.row === row ? message : '', item.data);
      if (item.model.type === 'ipam.ipaddress') this.#clearPrimary(item.row);
    }
    for (const { model: gone, row: object } of doomed) {
      this.view.spaceOf(gone.type).remove(gone.type, object.id);
      this.#forgetReferences(gone, object);
    }
    for (const { model: gone, row: object } of doomed) this.#after(gone, object);
  }

  #refuseOrphan(model: Model, row: Row): void {
    if (!this.view.inBranch || !model.branchable || this.silent || this.#state.main.get(model.type, row.id) !== undefined) return;
    const branch = this.#state.branchRow(this.view.space.schemaId ?? '');
    if (branch !== undefined && diffOf(this.#state, branch.id, model.type, row.id)?.action === 'create') return;
    throw new Invalid({ __all__: [`Cannot modify ${model.verbose} '${displayOf(model, row, this.view)}' because it has been deleted in the main branch. Sync with the main branch to update.`] });
  }

  #collect(model: Model, row: Row): readonly { readonly model: Model; readonly row: Row }[] {
    const found = new Map<string, { readonly model: Model; readonly row: Row }>();
    const visit = (type: string, object: Row): void => {
      for (const reference of referencesTo(type))
        if (reference.onDelete === 'cascade') for (const dependent of this.view.where(reference.model.type, reference.field, object.id)) add(reference.model.type, dependent);
      for (const assignable of assignableTo(type)) for (const assigned of this.view.where(assignable, 'assigned_object_id', object.id)) if (assigned['assigned_object_type'] === type) add(assignable, assigned);
    };
    const add = (type: string, object: Row): void => {
      const key = `${type} ${object.id}`;
      if (found.has(key)) return;
      found.set(key, { model: this.view.model(type), row: object });
      visit(type, object);
    };
    visit(model.type, row);
    const rank = (type: string): number => CASCADE_ORDER.indexOf(type) + (CASCADE_ORDER.includes(type) ? 0 : CASCADE_ORDER.length + 1);
    return [...[...found.values()].filter((item) => item.row !== row).sort((a, b) => rank(a.model.type) - rank(b.model.type) || a.row.id - b.row.id), { model, row }];
  }

  #refuseProtected(doomed: readonly { readonly model: Model; readonly row: Row }[]): void {
    const going = new Set(doomed.map((item) => `${item.model.type} ${item.row.id}`));
    const left = doomed.flatMap(({ model, row }) =>
      referencesTo(model.type).filter((reference) => reference.onDelete === 'protect').flatMap((reference) => this.view.where(reference.model.type, reference.field, row.id).map((dependent) => ({ model: reference.model, row: dependent }))),
    ).filter((item) => !going.has(`${item.model.type} ${item.row.id}`)).sort((a, b) => a.row.id - b.row.id);
    if (left.length === 0) return;
    throw new Protected(`Unable to delete object. ${left.length} dependent objects were found: ${left.map((item) => `${displayOf(item.model, item.row, this.view)} (${item.row.id})`).join(', ')}`);
  }

  #clearPrimary(address: Row): void {
    for (const type of ['virtualization.virtualmachine', 'dcim.device'])
      for (const field of ['primary_ip4', 'primary_ip6'])
        for (const owner of [...this.view.where(type, field, address.id)]) this.update(this.view.model(type), owner, { [field]: null });
  }

  #forgetReferences(model: Model, row: Row): void {
    for (const reference of referencesTo(model.type))
      if (reference.onDelete === 'null') for (const holder of [...this.view.where(reference.model.type, reference.field, row.id)]) this.view.spaceOf(reference.model.type).put(reference.model.type, { ...holder, [reference.field]: null });
  }

  /** What NetBox derives from a write without logging it. */
  #after(model: Model, row: Row, before?: Row): void {
    if (model.type === 'virtualization.virtualdisk') for (const id of new Set([row['virtual_machine'], before?.['virtual_machine'] ?? row['virtual_machine']])) this.#sumDisks(id);
    if (model.type === 'extras.customfield') this.#fillIn(row, before);
  }

  #sumDisks(id: Json | undefined): void {
    const type = 'virtualization.virtualmachine';
    const vm = typeof id === 'number' ? this.view.get(type, id) : undefined;
    if (vm === undefined) return;
    const disks = this.view.where('virtualization.virtualdisk', 'virtual_machine', vm.id);
    this.view.spaceOf(type).put(type, { ...vm, disk: disks.length === 0 ? null : disks.reduce((sum, disk) => sum + Number(disk['size']), 0) });
  }

  #fillIn(field: Row, before: Row | undefined): void {
    const known = asTexts(before?.['object_types']);
    const name = asText(field['name']);
    for (const type of asTexts(field['object_types']).filter((item) => !known.includes(item))) {
      if (modelOf(type) === undefined) continue;
      for (const space of [this.#state.main, ...this.#state.branches.values()])
        for (const row of [...space.table(type).values()]) if (!(name in asObject(row['custom_fields']))) space.put(type, { ...row, custom_fields: { ...asObject(row['custom_fields']), [name]: field['default'] ?? null } });
    }
  }

  #dataOf(model: Model, row: Row): JsonObject {
    return new Representer(this.view, '').full(model, row, model.rest.filter((key) => key !== 'config_context'));
  }

  #duplicate(model: Model, constraint: string, fields: readonly string[], row: Row, caseless: string | undefined): string {
    const columns = fields.map((field) => (field === caseless ? `lower(${field}::text)` : model.fields[field]?.type.kind === 'fk' ? `${field}_id` : field));
    const values = fields.map((field) => (field === caseless ? asText(row[field]).toLowerCase() : String(row[field])));
    return `duplicate key value violates unique constraint "${constraint}"\nDETAIL:  Key (${columns.join(', ')})=(${values.join(', ')}) already exists.`;
  }

  #log(action: LogRow['action'], model: Model, row: Row, pre: JsonObject | null, post: JsonObject | null, message: string, data: JsonObject | null = null): void {
    if (!model.changeLogged || this.silent) return;
    const change: LogRow = {
      id: this.#state.nextId('core.objectchange'), time: this.#state.clock.now(), user: this.author.user, userName: this.author.userName, requestId: this.author.requestId,
      action, type: model.type, objectId: row.id, repr: reprOf(model.type, row, this.view), message, pre, post,
    };
    const space = this.view.spaceOf(model.type);
    space.record(change);
    if (model.branchable) {
      if (space.schemaId === null) followMainChange(this.#state, change);
      else {
        const branch = this.#state.branchRow(space.schemaId);
        if (branch !== undefined) followBranchChange(this.#state, branch.id, change);
      }
    }
    this.#announce(action, model, row, pre, post, data);
  }

  #announce(action: LogRow['action'], model: Model, row: Row, pre: JsonObject | null, post: JsonObject | null, data: JsonObject | null): void {
    if (!model.changeLogged || this.silent) return;
    this.events.add({ kind: action === 'create' ? 'created' : action === 'update' ? 'updated' : 'deleted', type: model.type, id: row.id, pre, post, data });
  }
}

// Carries P24, P25, P26: a record that a merged delete removed is written again, object by object, each with its intent row;
// an answer that was lost is settled by looking, and a run that was cut goes on where the rows end.
import { Bug, no, notObserved, ok, type Result } from '../kernel';
import { differs, netboxOutcome, readAs, refusalOfEnd, type EffectDefinition, type EffectEnd, type EffectRunner, type Holder, type Looked } from '../effects';
import type { LinkStore } from '../endpoints';
import type { NetBoxAccess } from '../netbox';
import type { ProxmoxReader } from '../proxmox/ports';
import { newIdKey, readRecord, restoration, type Creation, type Data, type LatePatch } from './core/netbox-record';
import type { RequestRecord } from './core/request';

export interface PutBack { readonly vmId: number; readonly objects: number }

export class RecordRestorer {
  constructor(private readonly links: LinkStore, private readonly runner: EffectRunner) {}

  async run(request: RequestRecord, holder: Holder, netbox: NetBoxAccess, reader: ProxmoxReader, kept: unknown): Promise<Result<PutBack>> {
    const record = readRecord(kept);
    if (!record.ok) return record;
    const { creations, patches } = restoration(record.value);
    const ids = new Map<string, number>();
    for (const creation of creations) {
      const end = await this.runner.run(holder, this.creation(request, netbox, reader, creation, ids), 'again');
      const made = idOfEnd(end);
      if (!made.ok) return made;
      ids.set(newIdKey(creation.endpoint, creation.oldId), made.value);
    }
    const vmId = ids.get(newIdKey('virtualization/virtual-machines', record.value.vm.id));
    if (vmId === undefined) throw new Bug(`the record of request ${request.id} was put back without its virtual machine`);
    for (const patch of patches) {
      const end = await this.runner.run(holder, this.patch(request, netbox, reader, patch, ids), 'again');
      if (end.end !== 'confirmed') return no(refusalOfEnd(end));
    }
    await this.links.moveTo(vmId, request.content.target.guestId);
    return ok({ vmId, objects: ids.size });
  }

  private creation(request: RequestRecord, { reader: netbox, writer }: NetBoxAccess, reader: ProxmoxReader, { step, endpoint, fields, find }: Creation, ids: ReadonlyMap<string, number>): EffectDefinition<Data> {
    const body = fields(ids);
    const found = async (): Promise<{ readonly id: number } | null | string> => {
      const { filter, value, agrees } = find(ids);
      const rows = await netbox.objectsWhere(endpoint, filter, value, () => true);
      if (!rows.ok) return `${rows.error.where}: ${rows.error.text}`;
      return rows.value.find(agrees) ?? null;
    };
    return {
      intent: { step, kind: 'netbox-create', cluster: request.content.target.cluster, node: null, vmid: null, guestId: request.content.target.guestId, request: { endpoint, fields: body } },
      reader, task: null,
      recheck: async () => {
        const there = await found();
        if (typeof there === 'string') return no({ code: 'netbox.not-observed', summary: 'NetBox could not be read, so nothing is put back.', observed: there, next: 'Repair the connection to NetBox.' });
        return there === null ? ok(body) : no({ code: 'netbox.record-exists', summary: 'Somebody has put this object back already.', observed: `${endpoint} ${there.id}`, next: 'Compare it with the tombstone and correct it by hand.' });
      },
      evidence: (fresh) => ({ fields: fresh }),
      call: async (fresh) => netboxOutcome(await writer.create(endpoint, fresh, `Put back by Sluice: deletion request ${request.id} ended without destruction`)),
      look: async () => lookedOf(await found()),
      readBack: async () => {
        const there = await found();
        if (typeof there === 'string') return notObserved(endpoint, there);
        return there === null ? differs(`${endpoint} put back`, 'one object', 'none') : readAs({ id: there.id });
      },
    };
  }

  private patch(request: RequestRecord, { reader: netbox, writer }: NetBoxAccess, reader: ProxmoxReader, { step, endpoint, oldId, fields }: LatePatch, ids: ReadonlyMap<string, number>): EffectDefinition<string | null> {
    const objectId = ids.get(newIdKey(endpoint, oldId)) ?? 0;
    const body = fields(ids);
    const agrees = (object: Data): boolean => Object.entries(body).every(([key, value]) => (object[key] as { readonly id?: unknown } | null)?.id === value);
    return {
      intent: { step, kind: 'netbox-patch', cluster: request.content.target.cluster, node: null, vmid: null, guestId: request.content.target.guestId, request: { endpoint, id: objectId, fields: body } },
      reader, task: null,
      recheck: async () => {
        const seen = await netbox.object(endpoint, objectId);
        if (!seen.ok || seen.value === null) return no({ code: 'netbox.not-observed', summary: 'The object just put back could not be read.', observed: seen.ok ? `${endpoint} ${objectId} is not there` : `${seen.error.where}: ${seen.error.text}`, next: 'Look at the record in NetBox.' });
        const { last_updated: lastUpdated } = seen.value;
        return ok(typeof lastUpdated === 'string' ? lastUpdated : null);
      },
      evidence: (lastUpdated) => ({ lastUpdated }),
      call: async (lastUpdated) => netboxOutcome(await writer.patch(endpoint, objectId, body, `Put back by Sluice: deletion request ${request.id} ended without destruction`, lastUpdated)),
      look: async () => {
        const seen = await netbox.object(endpoint, objectId);
        if (!seen.ok) return { kind: 'cannot-tell', observed: `${seen.error.where}: ${seen.error.text}` };
        return seen.value !== null && agrees(seen.value) ? { kind: 'applied' } : { kind: 'not-applied', observed: 'the references are not set' };
      },
      readBack: async () => {
        const seen = await netbox.object(endpoint, objectId);
        if (!seen.ok) return seen;
        return seen.value !== null && agrees(seen.value) ? readAs({ id: objectId }) : differs(`${endpoint} ${objectId}`, body, 'other references');
      },
    };
  }
}

const lookedOf = (there: { readonly id: number } | null | string): Looked =>
  typeof there === 'string' ? { kind: 'cannot-tell', observed: there } : there === null ? { kind: 'not-applied', observed: 'no such object' } : { kind: 'applied' };

function idOfEnd(end: EffectEnd): Result<number> {
  if (end.end !== 'confirmed') return no(refusalOfEnd(end));
  const { id } = end.outcome as { readonly id?: unknown };
  if (typeof id !== 'number') throw new Bug('an object was put back without an id');
  return ok(id);
}

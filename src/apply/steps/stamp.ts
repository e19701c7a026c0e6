// NetBox learns what became of its wish: VMID, guest id, state and the run. A compare-and-set on `last_updated`, because 4.5
// knows no If-Match (P10).
import { differs, faultAsRefusal, netboxOutcome, readAs } from '../../effects';
import { no, ok, refuse, type Observed, type Result } from '../../kernel';
import type { NetBoxObject } from '../../netbox';
import { effect, stepKey, targetOf, type AnyEffect, type StepContext } from './step';

const endpoint = 'virtualization/virtual-machines';

export function stampStep(context: StepContext): AnyEffect {
  const target = targetOf(context);
  const { netbox, action } = context;
  const { fields } = netbox;
  const what = `NetBox VM ${action.name} (id ${action.netboxVmId})`;
  const wanted: Readonly<Record<string, string | number>> = { [fields.vmid]: target.vmid, [fields.guestId]: target.guestId, [fields.intentState]: 'applied', [fields.lastApplyRunId]: context.jobId };

  async function record(): Promise<Result<NetBoxObject>> {
    const read = await netbox.reader.object(endpoint, action.netboxVmId);
    if (!read.ok) return no({ ...faultAsRefusal(what, read.error), code: 'netbox.not-observed', next: 'Repair the connection to NetBox; the job goes on by itself.' });
    return read.value === null ? refuse('netbox.record-gone', `${what} is not there, so it cannot be stamped.`, 'NetBox answered 404', 'Look who deleted it in main; the guest in Proxmox stands.') : ok(read.value);
  }
  const missing = (object: NetBoxObject): readonly string[] => {
    const have = (object['custom_fields'] ?? {}) as Readonly<Record<string, unknown>>;
    return Object.entries(wanted).flatMap(([name, value]) => (have[name] === value ? [] : [`${name} is ${JSON.stringify(have[name] ?? null)}`]));
  };
  const lastUpdated = (object: NetBoxObject): string | null => (typeof object['last_updated'] === 'string' ? object['last_updated'] : null);

  return effect({
    intent: { step: stepKey(context), kind: 'netbox-patch', cluster: target.cluster, node: null, vmid: target.vmid, guestId: target.guestId, request: { endpoint, id: action.netboxVmId, custom_fields: wanted } },
    reader: context.cluster.reader,
    recheck: record,
    evidence: (object) => ({ lastUpdated: lastUpdated(object) }),
    call: async (object) => netboxOutcome(await netbox.writer.patch(endpoint, object.id, { custom_fields: wanted }, `Sluice job ${context.jobId}`, lastUpdated(object))),
    task: null,
    look: async () => {
      const now = await record();
      if (!now.ok) return { kind: 'cannot-tell', observed: now.error.observed };
      const lacks = missing(now.value);
      return lacks.length === 0 ? { kind: 'applied' } : { kind: 'not-applied', observed: lacks.join(', ') };
    },
    readBack: async (): Promise<Observed<Result<unknown>>> => {
      const now = await record();
      if (!now.ok) return now.error.code === 'netbox.not-observed' ? no({ kind: 'not-observed', where: what, text: now.error.observed }) : ok(now);
      const lacks = missing(now.value);
      return lacks.length === 0 ? readAs({ stamped: wanted }) : differs(`the stamp of ${what}`, wanted, lacks);
    },
    onLine: context.say,
  });
}

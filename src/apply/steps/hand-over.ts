// Carries P16: after this step the create token may not touch the guest any more: it moved from intake into its managed pool.
import { differs, evidenceOf, readAs, recheck } from '../../effects';
import { creatorOf } from '../../endpoints';
import { guestName } from '../../guest';
import { Bug, ok, type Observed } from '../../kernel';
import { effect, plannedNode, stepKey, targetOf, type AnyEffect, type StepContext } from './step';

export function handOverStep(context: StepContext): AnyEffect {
  const target = targetOf(context);
  const pool = context.action.kind === 'create' ? context.action.spec.pool : null;
  if (pool === null) throw new Bug('only a created guest is handed over');
  const { reader } = context.cluster;
  const poolNow = async (): Promise<Observed<string | null>> => {
    const pools = await reader.pools();
    return pools.ok ? ok(pools.value.find((row) => row.members.includes(target.vmid))?.id ?? null) : pools;
  };
  return effect({
    intent: { step: stepKey(context), kind: 'hand-over', cluster: target.cluster, node: plannedNode(context.action), vmid: target.vmid, guestId: target.guestId, request: { from: context.cluster.settings.intakePool, to: pool } },
    reader,
    recheck: () => recheck(reader, target),
    evidence: evidenceOf,
    call: ({ fresh }) => creatorOf(context.cluster).handOver(fresh, pool),
    task: null,
    look: async () => {
      const now = await poolNow();
      if (!now.ok) return { kind: 'cannot-tell', observed: `${now.error.where}: ${now.error.text}` };
      return now.value === pool ? { kind: 'applied' } : { kind: 'not-applied', observed: `it is in pool ${now.value ?? 'none'}` };
    },
    readBack: async () => {
      const now = await poolNow();
      if (!now.ok) return now;
      return now.value === pool ? readAs({ pool }) : differs(`pool of ${guestName(target)}`, pool, now.value);
    },
    onLine: context.say,
  });
}

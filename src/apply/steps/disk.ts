// Carries P9-P11, P26: a new disk in a free slot, and a disk grown to an absolute size. Both are tasks: making or growing a volume may
// take longer than an answer may (30 s between nodes, Proxmox VE 8.4).
import { differs, evidenceOf, lookAt, readAs, readGuestBack, type EffectDefinition, type EffectKind, type Looked, type Rechecked } from '../../effects';
import { tokenIdOf, updaterOf } from '../../endpoints';
import { guestName, type GuestConfig } from '../../guest';
import type { StepOf } from '../../intent';
import type { WriteOutcome } from '../../proxmox/ports';
import { effect, plannedNode, recheckPlanned, stepKey, targetOf, type AnyEffect, type StepContext } from './step';

const shown = (config: GuestConfig, slot: string): string => {
  const disk = config.disks.find((each) => each.slot === slot);
  return disk === undefined ? (config.raw[slot] ?? 'nothing') : `${disk.sizeMib ?? 'unknown'} MiB on ${disk.storage}`;
};

interface DiskWrite {
  readonly kind: EffectKind;
  readonly slot: string;
  readonly promised: string;
  readonly task: string;
  stands(config: GuestConfig): boolean;
  call(checked: Rechecked): Promise<WriteOutcome>;
}

function diskEffect(context: StepContext, write: DiskWrite): AnyEffect {
  const target = targetOf(context);
  const { reader } = context.cluster;
  const definition: EffectDefinition<Rechecked> = {
    intent: { step: stepKey(context), kind: write.kind, cluster: target.cluster, node: plannedNode(context.action), vmid: target.vmid, guestId: target.guestId, request: { slot: write.slot, wanted: write.promised } },
    reader, task: { type: write.task, tokenId: tokenIdOf('update') },
    recheck: () => recheckPlanned(context), evidence: evidenceOf, call: (checked) => write.call(checked),
    look: async (): Promise<Looked> => {
      const now = await lookAt(reader, target);
      if (!now.ok) return { kind: 'cannot-tell', observed: `${now.error.summary} ${now.error.observed}` };
      return write.stands(now.value.config) ? { kind: 'applied' } : { kind: 'not-applied', observed: `${write.slot} is ${shown(now.value.config, write.slot)}` };
    },
    readBack: async () => {
      const now = await readGuestBack(reader, target);
      if (!now.ok || !now.value.ok) return now;
      const { config } = now.value.value;
      return write.stands(config) ? readAs({ [write.slot]: shown(config, write.slot), digest: config.digest }) : differs(`${write.slot} of ${guestName(target)}`, write.promised, shown(config, write.slot));
    },
    onLine: context.say,
  };
  return effect(definition);
}

export function diskAddStep(context: StepContext, step: StepOf<'disk-add'>): AnyEffect {
  const { slot, storage, sizeMib } = step;
  return diskEffect(context, {
    kind: 'add-disk', slot, promised: step.after, task: 'qmconfig',
    stands: (config) => config.disks.some((disk) => disk.slot === slot && disk.storage === storage && disk.sizeMib === sizeMib),
    call: ({ fresh }) => updaterOf(context.cluster).addDisk(fresh, { slot, storage, sizeMib }),
  });
}

export function diskGrowStep(context: StepContext, step: StepOf<'disk-grow'>): AnyEffect {
  const { slot, after } = step;
  return diskEffect(context, {
    kind: 'grow-disk', slot, promised: `${after} MiB`, task: 'resize',
    stands: (config) => config.disks.some((disk) => disk.slot === slot && disk.sizeMib === after),
    call: ({ fresh }) => updaterOf(context.cluster).growDisk(fresh, slot, after),
  });
}

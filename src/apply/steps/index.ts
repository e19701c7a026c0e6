// One file a step; this is the list.
import { exhaustive } from '../../kernel';
import { adoptStep } from './adopt';
import { configureStep } from './configure';
import { createStep } from './create';
import { diskAddStep, diskGrowStep } from './disk';
import { handOverStep } from './hand-over';
import { migrateStep } from './migrate';
import { powerStep } from './power';
import { stampStep } from './stamp';
import type { AnyEffect, StepContext } from './step';

export function effectOf(context: StepContext): AnyEffect {
  const { step } = context;
  switch (step.kind) {
    case 'create': case 'clone': return createStep(context);
    case 'adopt': return adoptStep(context);
    case 'hand-over': return handOverStep(context);
    case 'name': case 'cores': case 'memory': case 'description': case 'tags': case 'on-boot': case 'nic': case 'disk-detach': case 'cloud-init': return configureStep(context, step);
    case 'disk-add': return diskAddStep(context, step);
    case 'disk-grow': return diskGrowStep(context, step);
    case 'start': case 'shutdown': return powerStep(context, step.kind);
    case 'migrate': return migrateStep(context, step);
    case 'stamp': return stampStep(context);
    default: return exhaustive(step);
  }
}

export type { AnyEffect, StepContext } from './step';

// One file a step; this is the list.
import { exhaustive } from '../../kernel';
import { configureStep } from './configure';
import { createStep } from './create';
import { handOverStep } from './hand-over';
import { stampStep } from './stamp';
import { startStep } from './start';
import type { AnyEffect, StepContext } from './step';

export function effectOf(context: StepContext): AnyEffect {
  const { kind } = context.step;
  switch (kind) {
    case 'create': return createStep(context);
    case 'hand-over': return handOverStep(context);
    case 'cores': case 'memory': case 'description': case 'tags': return configureStep(context);
    case 'start': return startStep(context);
    case 'stamp': return stampStep(context);
    default: return exhaustive(kind);
  }
}

export type { AnyEffect, StepContext } from './step';

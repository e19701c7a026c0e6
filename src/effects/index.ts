export { nextEffect, type EffectEvent, type EffectState } from './core/effect-state';
export { differs, EffectRunner, effectPoints, readAs, type EffectDefinition, type EffectEnd, type Looked } from './effect-runner';
export { EffectStore, type EffectKind, type EffectRow, type Holder, type Intent } from './effect.store';
export { powerEffect, type PowerKind } from './power-effect';
export { netboxOutcome } from './netbox-outcome';
export { refusalOfEnd } from './refusal-of-end';
export { lookWithPower, powerAt, type Look } from './look-with-power';
export { baselineMoved, evidenceOf, faultAsRefusal, isUnseen, locate, lookAt, lookAtStranger, readGuestBack, recheck, recheckStranger, type Expectation, type Rechecked, type Seen } from './recheck';

// What each configuration step writes, and how it is seen whether it stands: pure. One concern per write, because Proxmox writes key
// by key. Tags are a set difference; the description keeps what is not people's text.
import { canonicalProperty, emitDescription, type GuestConfig, type GuestIdentity } from '../../guest';
import { exhaustive } from '../../kernel';
import type { Step, StepOf } from '../../intent';
import type { ConfigChange } from '../../proxmox/ports';

export type ConfigurationStep = StepOf<'name' | 'cores' | 'memory' | 'description' | 'tags' | 'on-boot' | 'nic' | 'disk-detach' | 'cloud-init'>;

export interface Configuration {
  /** The key of the configuration, as the list of pending changes names it; null for what never waits there: cloud-init's drive is made anew at the next start. */
  readonly key: string | null;
  /** The change, given what stands there now. */
  change(config: GuestConfig): ConfigChange;
  /** What the step is about, as the configuration has it. */
  seen(config: GuestConfig): string | number | boolean | readonly string[] | null;
  stands(config: GuestConfig): boolean;
}

export function configurationOf(step: ConfigurationStep, target: GuestIdentity, sockets: number): Configuration {
  switch (step.kind) {
    case 'name': return equal(target.kind === 'qemu' ? 'name' : 'hostname', step, (config) => config.name, () => ({ kind: 'name', name: step.after }));
    case 'cores': return equal('cores', step, (config) => config.cores * config.sockets, () => ({ kind: 'cores', cores: step.after / sockets }));
    case 'memory': return equal('memory', step, (config) => config.memoryMib, () => ({ kind: 'memory', memoryMib: step.after }));
    case 'description': return equal('description', step, (config) => config.description.human, (config) => ({ kind: 'description', text: emitDescription({ human: step.after, guestId: target.guestId, metadata: config.description.metadata }) }));
    case 'on-boot': return equal('onboot', step, (config) => config.onBoot, () => ({ kind: 'on-boot', on: step.after }));
    case 'tags': return {
      key: 'tags', seen: (config) => config.tags,
      change: (config) => ({ kind: 'tags', tags: [...new Set([...config.tags.filter((tag) => !step.before.includes(tag)), ...step.after])].sort() }),
      stands: (config) => step.after.every((tag) => config.tags.includes(tag)) && step.before.every((tag) => !config.tags.includes(tag)),
    };
    case 'nic': return equal(step.slot, step, (config) => (config.raw[step.slot] === undefined ? null : canonicalProperty(config.raw[step.slot] ?? '')), () => ({ kind: 'nic', slot: step.slot, property: step.after }));
    case 'disk-detach': return {
      key: step.slot, seen: (config) => config.raw[step.slot] ?? null, change: () => ({ kind: 'detach', slot: step.slot }),
      stands: (config) => config.raw[step.slot] === undefined,
    };
    case 'cloud-init': return {
      key: null, change: () => ({ kind: 'cloud-init', options: step.after }),
      seen: (config) => Object.keys(step.after).map((key) => `${key}=${config.raw[key] ?? ''}`),
      stands: (config) => Object.entries(step.after).every(([key, value]) => sameOption(config.raw[key], value)),
    };
    default: return exhaustive(step);
  }
}

const sameOption = (have: string | undefined, want: string | null): boolean => (want === null ? have === undefined : have !== undefined && canonicalProperty(have) === canonicalProperty(want));

const equal = <T extends string | number | boolean | null>(key: string, step: Step & { readonly after: T }, seen: (config: GuestConfig) => T, change: (config: GuestConfig) => ConfigChange): Configuration =>
  ({ key, seen, change, stands: (config) => seen(config) === step.after });

// What an action newly asks of its node and cluster: the rules judge that, whether the guest is made or changed.
import { parsePropertyString, partKey } from '../../guest';
import type { Action } from './plan';
import type { Step } from './step';

export interface Demands {
  /** A name that the guest does not bear yet. */
  readonly name: string | null;
  readonly cores: number | null;
  readonly memoryMib: number | null;
  readonly space: readonly { readonly storage: string; readonly sizeMib: number }[];
  readonly nics: readonly { readonly slot: string; readonly bridge: string; /** A MAC address that the guest does not bear yet. */ readonly mac: string | null }[];
}

/** Where its steps happen; a migration's target is `migrationOf`'s. */
export const nodeOf = (action: Action): string => (action.kind === 'create' ? action.spec.node : action.node);

export function demandsOf(action: Action): Demands {
  if (action.kind === 'create') {
    const { name, cores, memoryMib, disks, nics } = action.spec;
    return { name, cores, memoryMib, space: disks, nics };
  }
  const find = <Kind extends Step['kind']>(kind: Kind): Extract<Step, { kind: Kind }> | undefined => action.steps.find((step): step is Extract<Step, { kind: Kind }> => step.kind === kind);
  return {
    name: find('name')?.after ?? null, cores: find('cores')?.after ?? null, memoryMib: find('memory')?.after ?? null,
    space: action.steps.flatMap((step) => {
      if (step.kind === 'disk-add') return [{ storage: step.storage, sizeMib: step.sizeMib }];
      return step.kind === 'disk-grow' ? [{ storage: String(action.baseline[partKey('disk', step.slot)] ?? '').split(':')[0] ?? '', sizeMib: step.after - step.before }] : [];
    }),
    nics: action.steps.flatMap((step) => (step.kind === 'nic' && step.after !== null ? [nicDemand(step.slot, step.before, step.after)] : [])),
  };
}

const macIn = (property: string): string | null => /[=,]((?:[0-9A-F]{2}:){5}[0-9A-F]{2})(?:,|$)/i.exec(property)?.[1]?.toUpperCase() ?? null;

function nicDemand(slot: string, before: string | null, after: string): Demands['nics'][number] {
  const read = parsePropertyString(after);
  const mac = macIn(after);
  return { slot, bridge: read.ok ? (read.value.pairs.get('bridge') ?? '') : '', mac: before !== null && macIn(before) === mac ? null : mac };
}

// What the simulator knows about one kind of NetBox object. The generic endpoints, the change log, the branches and the webhooks are all
// driven by it; nothing is written per endpoint.
import type { Field } from './field';

/** Several fields that together may occur once. */
export interface UniqueRule {
  readonly fields: readonly string[];
  /** Compared without case. */
  readonly caseless?: string;
  /** Holds only for objects where these fields are null (a partial unique index). */
  readonly whenNull?: readonly string[];
  /** Name of the database constraint; named ones answer with its name, the others with a sentence about the fields. */
  readonly constraint?: string;
  readonly message?: string;
}

export interface Model {
  /** e.g. `virtualization.virtualmachine` */
  readonly type: string;
  /** Path under /api/, without slashes at the ends. */
  readonly endpoint: string;
  /** Python class, as error texts and change-log displays name it. */
  readonly className: string;
  readonly verbose: string;
  readonly plural: string;
  readonly app: string;
  readonly contentType: number;
  /** Isolated in a branch; the others are always those of main. */
  readonly branchable: boolean;
  readonly changeLogged: boolean;
  readonly bulk: boolean;
  readonly fields: Readonly<Record<string, Field>>;
  /** Keys of the REST representation, in order. */
  readonly rest: readonly string[];
  /** Keys of the nested representation. */
  readonly brief: readonly string[];
  /** Keys of the change-log form, in the order of the model's fields. */
  readonly log: readonly string[];
  readonly order: readonly string[];
  readonly unique: readonly UniqueRule[];
  readonly displayPath: string;
}

export interface ModelText {
  readonly verbose: string;
  readonly plural?: string;
  readonly className: string;
  readonly contentType: number;
  readonly branchable?: boolean;
  readonly changeLogged?: boolean;
  readonly bulk?: boolean;
  readonly fields: Readonly<Record<string, Field>>;
  readonly rest: string;
  readonly brief: string;
  readonly log: string;
  readonly order: string;
  readonly unique?: readonly UniqueRule[];
  readonly displayPath?: string;
}

const APPS: Readonly<Record<string, string>> = { dcim: 'DCIM', ipam: 'IPAM', virtualization: 'Virtualization', tenancy: 'Tenancy', extras: 'Extras', users: 'Users', core: 'Core', vpn: 'VPN', netbox_branching: 'NetBox Branching' };
const words = (line: string): readonly string[] => line.split(' ').filter((word) => word !== '');

/** Reads one entry of the model table. */
export function model(type: string, endpoint: string, entry: ModelText): Model {
  return {
    type,
    endpoint,
    className: entry.className,
    verbose: entry.verbose,
    plural: entry.plural ?? `${entry.verbose}s`,
    app: APPS[type.split('.')[0] ?? ''] ?? type,
    contentType: entry.contentType,
    branchable: entry.branchable ?? true,
    changeLogged: entry.changeLogged ?? true,
    bulk: entry.bulk ?? true,
    fields: entry.fields,
    rest: words(entry.rest),
    brief: words(entry.brief),
    log: words(entry.log),
    order: words(entry.order),
    unique: entry.unique ?? [],
    displayPath: entry.displayPath ?? endpoint,
  };
}

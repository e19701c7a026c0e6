// One parameter of Proxmox VE held against its description in the official schema. Written from the schema alone, beside the
// table that Sluice compiles: two witnesses that do not know each other.

/** As `pvesh` and the API viewer describe a parameter; 0 and 1 are Perl's truth. */
export interface PveSchema {
  readonly type?: string;
  readonly optional?: number | string;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly requires?: string;
  readonly description?: string;
  readonly items?: PveSchema;
  readonly oneOf?: readonly PveSchema[];
  /** The name of a format, or the parts of a property string. */
  readonly format?: string | Readonly<Record<string, PveSchema>>;
  readonly default_key?: number;
  /** In a property string: this key is another name of that one. */
  readonly alias?: string;
}

export const isOptional = (schema: PveSchema): boolean => Number(schema.optional ?? 0) === 1;

/** Named formats that the schema does not spell out; the others are not looked at here. */
const formats: Readonly<Record<string, RegExp>> = {
  'pve-vmid': /^[1-9][0-9]{2,8}$/,
  'pve-node': /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i,
  'pve-configid': /^[a-z][a-z0-9_-]+$/i,
  'pve-storage-id': /^[a-z][a-z0-9_.-]*[a-z0-9]$/i,
  'pve-poolid': /^[a-z0-9._-]+(?:\/[a-z0-9._-]+){0,2}$/i,
  'pve-tag': /^[a-z0-9_][a-z0-9_+.-]*$/i,
  'pve-priv': /^[a-z][a-z.]+$/i,
  'mac-addr': /^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}$/i,
  'dns-name': /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i,
  'disk-size': /^\d+(?:\.\d+)?[KMGT]?$/,
  urlencoded: /^(?:[a-zA-Z0-9_.~-]|%[0-9a-fA-F]{2})*$/,
};

/** What is wrong with a value, in the schema's words; nothing when it fits. Lists come from a parameter given more than once. */
export function complaints(schema: PveSchema, value: unknown): readonly string[] {
  if (schema.oneOf !== undefined) return schema.oneOf.some((one) => complaints(one, value).length === 0) ? [] : ['fits none of the alternatives'];
  if (Array.isArray(value)) {
    const items = schema.type === 'array' ? schema.items : typeof schema.format === 'string' && schema.format.endsWith('-list') ? {} : null;
    return items === null ? ['is given more than once and is no list'] : value.flatMap((item: unknown) => complaints(items ?? {}, item));
  }
  if (value === null || value === undefined) return ['has no value'];
  const text = value === true ? '1' : value === false ? '0' : String(value);
  return [...ofType(schema, text), ...ofText(schema, text)];
}

function ofType(schema: PveSchema, text: string): readonly string[] {
  switch (schema.type) {
    case 'integer': return /^[+-]?\d+$/.test(text) ? ofBounds(schema, Number(text)) : [`${JSON.stringify(text)} is no integer`];
    case 'number': return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? ofBounds(schema, Number(text)) : [`${JSON.stringify(text)} is no number`];
    case 'boolean': return /^(?:0|1|yes|no|on|off|true|false)$/i.test(text) ? [] : [`${JSON.stringify(text)} is no boolean`];
    default: return [];
  }
}

const ofBounds = ({ minimum, maximum }: PveSchema, number: number): readonly string[] =>
  [...(minimum !== undefined && number < minimum ? [`${number} is less than ${minimum}`] : []), ...(maximum !== undefined && number > maximum ? [`${number} is more than ${maximum}`] : [])];

function ofText(schema: PveSchema, text: string): readonly string[] {
  const found: string[] = [];
  if (schema.enum !== undefined && !schema.enum.map(String).includes(text)) found.push(`${JSON.stringify(text)} is none of ${schema.enum.join(', ')}`);
  if (schema.minLength !== undefined && text.length < schema.minLength) found.push(`is shorter than ${schema.minLength} characters`);
  if (schema.maxLength !== undefined && text.length > schema.maxLength) found.push(`is longer than ${schema.maxLength} characters`);
  if (schema.pattern !== undefined && !fromPerl(schema.pattern).test(text)) found.push(`${JSON.stringify(text)} does not match ${schema.pattern}`);
  if (typeof schema.format === 'string') found.push(...ofFormat(schema.format, text));
  else if (schema.format !== undefined) found.push(...ofProperties(schema.format, text));
  return found;
}

function ofFormat(name: string, text: string): readonly string[] {
  const one = name.replace(/-list$/, '');
  const format = formats[one];
  if (format === undefined) return [];
  const parts = one === name ? [text] : text.split(/[,; \0]+/).filter((part) => part !== '');
  return parts.filter((part) => !format.test(part)).map((part) => `${JSON.stringify(part)} is no ${one}`);
}

/** `virtio=BC:...,bridge=vmbr0`: every part has a known key (or is the default one), a fitting value, and none is missing. */
function ofProperties(properties: Readonly<Record<string, PveSchema>>, text: string): readonly string[] {
  const unnamed = Object.keys(properties).find((key) => Number(properties[key]?.default_key ?? 0) === 1);
  const seen = new Set<string>();
  const found = text.split(',').filter((part) => part !== '').flatMap((part) => {
    const [, key = unnamed, value = ''] = /^(?:([^=]+)=)?(.*)$/s.exec(part) ?? [];
    const schema = key === undefined ? undefined : properties[properties[key]?.alias ?? key];
    if (key === undefined || schema === undefined) return [`${JSON.stringify(part)} is no part of it`];
    seen.add(properties[key]?.alias ?? key);
    return complaints(schema, value).map((complaint) => `${key} ${complaint}`);
  });
  const missing = Object.entries(properties).filter(([key, schema]) => schema.type !== undefined && !isOptional(schema) && !seen.has(key) && !isNamedByAlias(properties, key));
  return [...found, ...missing.map(([key]) => `${key} is missing in ${JSON.stringify(text)}`)];
}

/** A network card's model is the key of its MAC (`virtio=BC:...`): there is a `keyAlias` for it. */
const isNamedByAlias = (properties: Readonly<Record<string, PveSchema>>, key: string): boolean =>
  Object.values(properties).some((schema) => (schema as { readonly keyAlias?: string }).keyAlias === key);

const patterns = new Map<string, RegExp>();
/** Perl writes the flags of a quoted expression into it: `(?^i:...)`. Proxmox anchors a pattern itself. */
function fromPerl(pattern: string): RegExp {
  let made = patterns.get(pattern);
  if (made === undefined) {
    made = new RegExp(`^(?:${pattern.replace(/\(\?\^i?:/g, '(?:')})$`, pattern.includes('(?^i:') ? 'i' : '');
    patterns.set(pattern, made);
  }
  return made;
}

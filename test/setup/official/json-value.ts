// A JSON value held against a schema of an OpenAPI 3.0 document, as far as NetBox's document uses it. Properties that it does not
// name are complained of: NetBox ignores them silently, so what was meant by them does not happen.

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number; readonly maxLength?: number;
  readonly minimum?: number; readonly maximum?: number; readonly exclusiveMinimum?: boolean; readonly exclusiveMaximum?: boolean;
  readonly minItems?: number; readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[]; readonly anyOf?: readonly JsonSchema[]; readonly allOf?: readonly JsonSchema[];
}
export type Components = Readonly<Record<string, JsonSchema>>;

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value);
const textOf = (value: unknown): string => JSON.stringify(value)?.slice(0, 80) ?? 'nothing';

/** A related object is named by whatever identifies it, its slug or its name alone (NetBox 4.5), though its schema requires both. */
const isReference = (name: string): boolean => /^(?:Brief|Nested)\w+Request$/.test(name);

/** What does not fit, each with the path of the property. */
export function misfits(components: Components, schema: JsonSchema, value: unknown, at = ''): readonly string[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    const named = components[name];
    if (named === undefined) throw new Error(`the document has no ${schema.$ref}`);
    return misfits(components, isReference(name) ? { ...named, required: [] } : named, value, at);
  }
  if (value === null && schema.nullable === true) return [];
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives !== undefined) return ofAlternatives(components, alternatives, value, at);
  if (schema.allOf !== undefined) return schema.allOf.flatMap((part) => misfits(components, part, value, at));
  const kind = kindOf(value);
  if (schema.type !== undefined && kind !== schema.type && !(kind === 'integer' && schema.type === 'number')) return [`${at} is ${textOf(value)}, the schema wants ${schema.type}`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at} is ${textOf(value)}, the schema wants one of ${schema.enum.map(textOf).join(', ')}`];
  if (typeof value === 'string') return ofText(schema, value, at);
  if (typeof value === 'number') return ofNumber(schema, value, at);
  if (Array.isArray(value)) return ofList(components, schema, value, at);
  return kind === 'object' ? ofObject(components, schema, value as Readonly<Record<string, unknown>>, at) : [];
}

/** Fits one of them; else what the one says that comes nearest. */
function ofAlternatives(components: Components, alternatives: readonly JsonSchema[], value: unknown, at: string): readonly string[] {
  const found = alternatives.map((one) => misfits(components, one, value, at));
  const nearest = found.filter((complaints) => !complaints.every((complaint) => complaint.startsWith(`${at} is `) && complaint.includes('the schema wants')));
  return found.find((complaints) => complaints.length === 0) ?? nearest[0] ?? [`${at} is ${textOf(value)}, none of the forms that the schema allows`];
}

function ofText(schema: JsonSchema, value: string, at: string): readonly string[] {
  return [
    ...(schema.minLength !== undefined && value.length < schema.minLength ? [`${at} is shorter than ${schema.minLength} characters`] : []),
    ...(schema.maxLength !== undefined && value.length > schema.maxLength ? [`${at} is longer than ${schema.maxLength} characters`] : []),
    ...(schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value) ? [`${at} is ${textOf(value)}, which does not match ${schema.pattern}`] : []),
    ...(schema.format === 'date-time' && Number.isNaN(Date.parse(value)) ? [`${at} is ${textOf(value)}, no time`] : []),
  ];
}

function ofNumber(schema: JsonSchema, value: number, at: string): readonly string[] {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  const low = schema.exclusiveMinimum === true ? value <= minimum : value < minimum;
  const high = schema.exclusiveMaximum === true ? value >= maximum : value > maximum;
  return low || high ? [`${at} is ${value}, outside ${minimum} to ${maximum}`] : [];
}

function ofList(components: Components, schema: JsonSchema, value: readonly unknown[], at: string): readonly string[] {
  const { items, minItems = 0, maxItems = Infinity } = schema;
  const wrong = value.length < minItems || value.length > maxItems ? [`${at} has ${value.length} members, the schema wants ${minItems} to ${maxItems}`] : [];
  return [...wrong, ...(items === undefined ? [] : value.flatMap((item, index) => misfits(components, items, item, `${at}[${index}]`)))];
}

function ofObject(components: Components, schema: JsonSchema, value: Readonly<Record<string, unknown>>, at: string): readonly string[] {
  const { properties, required = [], additionalProperties } = schema;
  const inside = (name: string): string => (at === '' ? name : `${at}.${name}`);
  const wrong = Object.entries(value).flatMap(([name, given]) => {
    const described = properties?.[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (described !== undefined) return misfits(components, described, given, inside(name));
    return properties === undefined || additionalProperties === true ? [] : [`${inside(name)} is no writable property`];
  });
  return [...required.filter((name) => !(name in value)).map((name) => `${inside(name)} is missing`), ...wrong];
}

// Values as they come out: ids and decimals as text, times with their offset, JSON as it is stored.
import { GraphQLScalarType, Kind } from 'graphql';
import type { ValueNode } from 'graphql';

function literal(node: ValueNode): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map(literal);
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, literal(field.value)]));
    case Kind.VARIABLE:
      return undefined;
    default:
      return node.value;
  }
}

const scalar = (name: string, serialize: (value: unknown) => unknown): GraphQLScalarType => new GraphQLScalarType({ name, serialize, parseValue: (value) => value, parseLiteral: literal });

export const JSON_VALUE = scalar('JSON', (value) => value);
export const BIG_INT = scalar('BigInt', Number);
export const DECIMAL = scalar('Decimal', String);
export const DATE_TIME = scalar('DateTime', (value) => String(value).replace(/Z$/, '+00:00'));

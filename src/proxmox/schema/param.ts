// The shape of one parameter as the official schema of Proxmox VE describes it, cut down to what Sluice sends and the
// simulator answers. Own words and own table: the official files are read by a test only.
import type { NamedFormat } from './formats';
import type { PropertyFormatName } from './property-formats';

export type PveVersion = '8.4' | '9.0';

export interface Param {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly optional?: true;
  readonly format?: NamedFormat;
  /** The value is a property string of this shape. */
  readonly property?: PropertyFormatName;
  readonly enum?: readonly string[];
  /** Anchored by the validator, as in the schema. */
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Another parameter that has to be given too. */
  readonly requires?: string;
  /** Unknown before this version: 8.4 refuses it as any unknown parameter. */
  readonly since?: '9.0';
}

export type Params = Readonly<Record<string, Param>>;

export const text: Param = { type: 'string', optional: true };
export const flag: Param = { type: 'boolean', optional: true };
export const required = (param: Param): Param => {
  const { optional: _optional, ...rest } = param;
  return rest;
};
export const integer = (min?: number, max?: number): Param => ({ type: 'integer', optional: true, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) });
export const number = (min?: number, max?: number): Param => ({ type: 'number', optional: true, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) });
export const oneOf = (...values: readonly string[]): Param => ({ ...text, enum: values });
export const named = (format: NamedFormat, maxLength?: number): Param => ({ ...text, format, ...(maxLength === undefined ? {} : { maxLength }) });
export const property = (name: PropertyFormatName): Param => ({ ...text, property: name });

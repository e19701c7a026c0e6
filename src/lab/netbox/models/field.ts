// The vocabulary in which the model table is written: what a field may hold and what is said when it does not (NetBox 4.5, REST 400 bodies).
import type { Json } from '../store/row';

export type Choices = readonly (readonly [value: string, label: string])[];

export type FieldKind =
  | { readonly kind: 'text'; readonly max: number; readonly pattern?: RegExp; readonly patternError?: string; readonly lower?: boolean }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'decimal'; readonly digits: number; readonly places: number; readonly min?: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly choices: Choices }
  | { readonly kind: 'fk'; readonly to: string; readonly onDelete: 'cascade' | 'protect' | 'null'; readonly nestedFull?: boolean }
  | { readonly kind: 'many'; readonly to: string; readonly nestedFull?: boolean }
  | { readonly kind: 'object-type' }
  | { readonly kind: 'object-types' }
  | { readonly kind: 'texts'; readonly choices?: readonly string[] }
  | { readonly kind: 'json' }
  | { readonly kind: 'mac' }
  | { readonly kind: 'cidr' }
  | { readonly kind: 'time' };

export interface Field {
  readonly type: FieldKind;
  /** Must be in the body of a create. */
  readonly required: boolean;
  /** Accepts null. */
  readonly nullable: boolean;
  readonly default: Json;
  /** No two objects with the same value (nulls aside). */
  readonly unique: boolean;
  /** Set by the server only; a value in a body is ignored. */
  readonly readOnly: boolean;
}

type Extra = Partial<Omit<Field, 'type'>>;
const field = (type: FieldKind, natural: Extra, extra: Extra): Field => ({ type, required: false, nullable: false, default: null, unique: false, readOnly: false, ...natural, ...extra });

export const text = (max: number, extra: Extra = {}): Field => field({ kind: 'text', max }, { default: '' }, extra);
export const slug = (): Field =>
  field({ kind: 'text', max: 100, pattern: /^[-a-zA-Z0-9_]+$/, patternError: 'Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.' }, { default: '', required: true, unique: true }, {});
export const named = (pattern: RegExp, patternError: string): Field => field({ kind: 'text', max: 50, pattern, patternError }, { default: '', required: true, unique: true }, {});
export const integer = (extra: Extra = {}, min = 0, max = 2147483647): Field => field({ kind: 'integer', min, max }, { nullable: true }, extra);
export const decimal = (digits: number, places: number, min?: number): Field => field({ kind: 'decimal', digits, places, ...(min === undefined ? {} : { min }) }, { nullable: true }, {});
export const boolean = (initial: boolean): Field => field({ kind: 'boolean' }, { default: initial }, {});
export const choice = (choices: Choices, initial: string | null, extra: Extra = {}): Field => field({ kind: 'choice', choices }, { default: initial, nullable: initial === null }, extra);
export const fk = (to: string, onDelete: 'cascade' | 'protect' | 'null' = 'protect', extra: Extra = {}): Field => field({ kind: 'fk', to, onDelete }, { nullable: true }, extra);
export const owning = (to: string, onDelete: 'cascade' | 'protect' = 'cascade'): Field => field({ kind: 'fk', to, onDelete }, { required: true }, {});
export const many = (to: string, nestedFull = false): Field => field({ kind: 'many', to, nestedFull }, { default: [] }, {});
export const objectType = (extra: Extra = {}): Field => field({ kind: 'object-type' }, { nullable: true }, extra);
export const objectTypes = (extra: Extra = {}): Field => field({ kind: 'object-types' }, { default: [] }, extra);
export const texts = (extra: Extra = {}, choices?: readonly string[]): Field => field({ kind: 'texts', ...(choices === undefined ? {} : { choices }) }, { default: [] }, extra);
export const json = (initial: Json = null, extra: Extra = {}): Field => field({ kind: 'json' }, { default: initial, nullable: true }, extra);
export const mac = (): Field => field({ kind: 'mac' }, { required: true }, {});
export const cidr = (): Field => field({ kind: 'cidr' }, { required: true }, {});
export const time = (extra: Extra = {}): Field => field({ kind: 'time' }, { nullable: true }, extra);
export const readOnly = (other: Field): Field => ({ ...other, readOnly: true, required: false });

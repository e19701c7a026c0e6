export { methods, type MethodSpec } from './methods';
export { splitList } from './formats';
export { lxcKeys, qemuKeys, tableKey } from './guest-keys';
export type { Param, Params, PveVersion } from './param';
export type { PropertyFormatName } from './property-formats';
export { parseProperty, printProperty, type PropertyValues } from './property-string';
export { findMethod, paramOf, validateParams, validateRequest, type FoundMethod, type RawParams } from './validate';

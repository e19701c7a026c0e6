export { splitList } from './formats';
export { lxcKeys, qemuKeys, tableKey } from './guest-keys';
export { children, official } from './official';
export type { MethodSpec, Param, Params, PveVersion } from './param';
export type { PropertyFormatName } from './property-formats';
export { parseProperty, printProperty, type PropertyValues } from './property-string';
export { findMethod, paramOf, validateParams, validateRequest, type FoundMethod, type RawParams } from './validate';

export { changeDigest, sixDecimals, type DigestedChange } from './change-digest';
export { defaultFields } from './fields';
export { verifyHook, type NetBoxHook } from './hook';
export { openNetBox, type NetBoxHttp, type NetBoxConnection } from './http';
export type * from './instances';
export type * from './ports';
export { netboxReader } from './reader';
export { netboxWriter } from './writer';

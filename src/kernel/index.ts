export * from './brand';
export * from './canonical-json';
export * from './digest';
export type { Fresh } from './fresh';
export * from './ids';
export * from './instant';
export * from './result';
export * from './secrets';
export * from './signature';

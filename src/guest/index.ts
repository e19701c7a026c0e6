export type { ClusterSettings } from './cluster-settings';
export * from './config';
export * from './description';
export * from './identity';
export * from './mac';
export * from './property-string';
export * from './spec';
export * from './units';
export * from './vmid-range';

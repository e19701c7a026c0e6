export type { ClusterAccess, Clusters } from './clusters';
export type { ClusterSettings } from './core/settings';

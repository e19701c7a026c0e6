export type { ClusterAccess, Clusters } from './clusters';
export { ClusterStore, type ClusterRow, type IdentityState, type RightsRow } from './cluster.store';
export { ConnectionsModule } from './connections.module';
export { deletionAllowed, EndpointsService } from './endpoints.service';
export { LinkStore, type GuestLinkRow } from './link.store';
export { effectivePrivileges } from './core/effective-privileges';
export { judgeRights, loanRights, tokenIdOf, type RightsVerdict, type TokenName } from './core/rights';
export { clusterIdentity, judgeIdentity, type ClusterIdentity } from './core/cluster-identity';

export type { ClusterConfig, Config, DeletionPolicyConfig, LogLevel, NetBoxConfig, ProcessRole, ServiceTokenConfig, TokenConfig, TokenUse } from './config';
export { processRoles, tokenUses } from './config';
export { defaultConfig, type ConfigOverrides } from './default-config';
export { durationSeconds } from './duration';
export { configProblems, loadConfig } from './load-config';
export type { Problem } from './problem';

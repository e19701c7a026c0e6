// The simulated Proxmox VE: the lab, the demo and the tests start it; production code never imports it.
export type { ProxmoxSimOptions, RunningProxmoxSim, SeedGuest, StorageOptions } from './options';
export { startProxmoxSim } from './start';
export { intakePool, managedPool, sluiceAcls, sluiceRoles, tokenIdOf, tokenNames, userOf, type SluiceRights, type SluiceScope, type TokenName } from './sluice-rights';
export { labOf, type ProxmoxLab } from './lab-client';
export { pveCaller, testsOwn, type PveAnswer, type PveCaller, type PveParams } from './pve-caller';
export type { Act, Fault, FaultOrder, Match, RequestEntry, Requests } from './control/protocol';

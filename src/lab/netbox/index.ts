// The simulated NetBox's only door.
export { startNetBoxSim } from './start';
export { netboxLabOf } from './lab-client';
export type { NetBoxLab } from './lab-client';
export type { NetBoxSimOptions, RunningNetBoxSim, SeedPermission, SeedRequest, SeedUser } from './options';
export type { Act, ActResult } from './control/acts';
export type { Fault, FaultOrder } from './control/faults';
export type { LoggedRequest } from './control/request-log';
export type { DeliveryRecord } from './webhooks/outbox';

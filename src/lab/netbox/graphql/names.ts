// Names of the GraphQL schema, made from the models' class names: `VMInterface` is asked for as `vm_interface` and `vm_interface_list`.
import type { Model } from '../models/model';
import { MODELS } from '../models/model-table';

/** Branches have no types (netbox-branching 1.1.2); tokens and permissions are not shown. */
const HIDDEN = ['netbox_branching.branch', 'users.token', 'users.objectpermission'];

export const SHOWN: readonly Model[] = MODELS.filter((model) => !HIDDEN.includes(model.type));
export const isShown = (type: string): boolean => SHOWN.some((model) => model.type === type);
export const queryName = (model: Model): string => model.className.replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();

export type { DeletionTerms, PowerOff, RequestRecord, StateName } from './core/request';
export type { Gate } from './core/gates';
export type { ReviewInput } from './core/review';
export { Preparation } from './prepare';
export { RequestStore, type DeletionTask, type Enqueue, type RequestFilter } from './request.store';
export type { RequestView } from './request.view';
export { RequestsService, type DirectRequest, type RaiseDeletion, type TermsNow } from './requests.service';
export { ReviewStore } from './review.store';

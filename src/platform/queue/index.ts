export { enqueue, type EnqueueOptions } from './enqueue.store';
export { taskNames, type TaskName } from './tasks';
export { startQueueWorker, type Handlers, type QueueWorker, type QueueWorkerOptions } from './worker';

export { ApplyModule } from './apply.module';
export { JobEvents, type JobEvent } from './events';
export { JobStore, type JobRow, type StepRow } from './job.store';
export { JobsService, type JobView } from './jobs.service';
export { LineStore, LineWriter, type Line } from './line.store';
export { JobRunner } from './runner';
export { guestIdOf, stepRows } from './step-rows';
export { isEnded, isResumable, type JobState, type StepState } from './core/job';

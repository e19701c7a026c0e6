export { HookDoor } from './hook-door';
export { MergeModule } from './merge.module';
export { MergeService, type Deletions } from './merge.service';
export { MergeStore, type MergeRow } from './merge.store';

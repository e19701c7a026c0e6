export type { ChainVerdict, JournalEntry } from './core/chain';
export { compareWithCheckpoint, exportCheckpoint, lastCheckpoint, type Checkpoint, type CheckpointVerdict } from './checkpoint';
export { append, changeAndAppend, journalHead, readJournal, readJournalOfGuest, type JournalLine } from './journal.store';
export type { Chapter, GuestRows, Line } from './core/explain';
export { ExplainService, type Explanation } from './explain.service';
export { ExplainStore } from './explain.store';
export { pagesOfDatabase, verifyPages } from './verify';
export { JournalReader, type JournalPage } from './journal.reader';

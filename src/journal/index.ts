export { verifyChain, type ChainVerdict, type JournalEntry } from './core/chain';
export { compareWithCheckpoint, exportCheckpoint, lastCheckpoint, type Checkpoint, type CheckpointVerdict } from './checkpoint';
export { append, journalHead, readJournal, readJournalOfGuest, verifyJournal, type JournalLine } from './journal.store';

import type { PveAnswer } from '../pve-caller';

/** An answer in one line: its status and its words. */
export const said = (answer: PveAnswer): string => `${answer.status} ${answer.body?.message?.trimEnd() ?? answer.reason}`;

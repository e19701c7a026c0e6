// One shape for everything that a person has to judge: page, terminal and plugin draw the same card, in the order of its
// sections. Order in the card is order of importance.
import type { Instant } from '../../kernel';
import type { Tone } from './words';

export type Mark = 'refused' | 'unknown' | 'warning' | 'ok' | 'destroy' | 'change' | 'adopt' | 'create' | 'drift';

/** A mark is a symbol and a word, so that neither colour nor symbol is needed to understand it. */
export const markWords: Readonly<Record<Mark, { readonly symbol: string; readonly word: string }>> = {
  refused: { symbol: '✖', word: 'refused' }, unknown: { symbol: '?', word: 'unknown, counts as refused' }, warning: { symbol: '!', word: 'warning' }, ok: { symbol: '✔', word: 'ok' },
  destroy: { symbol: '−', word: 'destroy' }, change: { symbol: '~', word: 'change' }, adopt: { symbol: '»', word: 'take in' }, create: { symbol: '+', word: 'create' }, drift: { symbol: '≠', word: 'drift' },
};

export interface ChangedValue { readonly label: string; readonly before: string; readonly after: string }

export interface CardLine {
  readonly mark?: Mark;
  readonly text: string;
  /** What to do next, or where it comes from; said after the text. */
  readonly more?: string;
  readonly values?: readonly ChangedValue[];
  /** When this was looked at; a page counts on from here. */
  readonly checkedAt?: Instant;
}

export interface CardSection {
  readonly key: string;
  readonly heading: string;
  readonly tone?: 'danger' | 'warning';
  readonly lines: readonly CardLine[];
  /** What is in order may be folded; what is not never is. */
  readonly folded?: { readonly summary: string; readonly lines: readonly CardLine[] };
}

export interface Card {
  readonly banner: string;
  readonly title: string;
  readonly state: { readonly word: string; readonly tone: Tone };
  readonly reference: string;
  readonly sections: readonly CardSection[];
  readonly digest: string;
}

/** What was on the card, line by line and without the times of looking: two of these show what changed between two looks. */
export const shownLines = (card: Card): string[] => [
  card.title, `State: ${card.state.word}`,
  ...card.sections.flatMap((section) => [...section.lines, ...(section.folded?.lines ?? [])].map((line) => `${section.heading}: ${line.mark === undefined ? '' : `${markWords[line.mark].word}: `}${line.text}`)),
];

export interface Difference { readonly was: readonly string[]; readonly is: readonly string[] }

export const differenceOf = (before: readonly string[], after: readonly string[]): Difference => ({
  was: before.filter((line) => !after.includes(line)), is: after.filter((line) => !before.includes(line)),
});

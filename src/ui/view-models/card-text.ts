// The card as a terminal shows it: the same view-model as the page, the same order, the same words.
import { markWords, type Card, type CardLine, type CardSection } from './card';
import { timeText } from './words';

const width = 18;

export function cardText(card: Card): string {
  return [`${card.banner}  ${card.reference}`, card.title, `${'State'.padEnd(width)}${card.state.word}`, ...card.sections.flatMap(sectionText), `${'Digest'.padEnd(width)}${card.digest}`].join('\n');
}

function sectionText(section: CardSection): string[] {
  const lines = [...section.lines.flatMap(lineText), ...(section.folded === undefined ? [] : [section.folded.summary, ...section.folded.lines.flatMap(lineText)])];
  return lines.map((line, index) => `${(index === 0 ? section.heading : '').padEnd(width)}${line}`);
}

function lineText(line: CardLine): string[] {
  const mark = line.mark === undefined ? '' : `${markWords[line.mark].symbol} ${markWords[line.mark].word}: `;
  const checked = line.checkedAt === undefined ? '' : ` · checked at ${timeText(line.checkedAt)}`;
  return [`${mark}${line.text}${checked}`, ...(line.more === undefined || line.more === '' ? [] : [`  ${line.more}`]), ...(line.values ?? []).map((value) => `  ${value.label}: ${value.before} -> ${value.after}`)];
}

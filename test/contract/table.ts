// A tally as a person reads it: counts, every reason, and whatever has none.
import type { Reason, Tally } from './tally';

const total = (reasons: readonly Reason[]): number => reasons.reduce((sum, { count }) => sum + count, 0);
const row = (name: string, count: number): string => `  ${name.padEnd(14)}${String(count).padStart(5)}`;
const reasonRow = ({ count, why }: Reason): string => `${' '.repeat(6)}${String(count).padStart(5)}  ${why}`;
const shown = 3;

function strangeRows({ exchange, differs }: Tally['unexplained'][number]): readonly string[] {
  const rows = differs.slice(0, shown).map((one) => `${' '.repeat(15)}${JSON.stringify(one).slice(0, 400)}`);
  return [`${' '.repeat(13)}${exchange}`, ...rows, ...(differs.length > shown ? [`${' '.repeat(15)}and ${differs.length - shown} more`] : [])];
}

export function tableOf(tally: Tally): string {
  return [
    tally.product,
    row('recorded', tally.recorded), row('compared', tally.compared), row('agreeing', tally.agreeing),
    row('explained', total(tally.explained)), ...tally.explained.map(reasonRow),
    row('unexplained', tally.unexplained.length), ...tally.unexplained.flatMap(strangeRows),
    row('not played', total(tally.notPlayed)), ...tally.notPlayed.map(reasonRow),
    ...(tally.idle.length === 0 ? [] : [`  explained without need: ${tally.idle.join(', ')}`]),
  ].join('\n');
}

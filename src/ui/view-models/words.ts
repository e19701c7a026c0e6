// The words and units that people read, the same on every page and in the terminal. Pure: a number and its unit in, text out.

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** `2026-11-25 00:30:12 UTC` */
export const timeText = (instant: string): string => {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})/.exec(instant);
  return match === null ? instant : `${match[1] ?? ''} ${match[2] ?? ''} UTC`;
};

/** A sentence of the core with its instants the way people read them. */
export const plainTimes = (text: string): string => text.replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, timeText);

const units = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']] as const;

/** The two largest units: `24 h`, `1 h 30 min`, `3 d 4 h`, `40 s`. A day and a half is 36 h, because windows are given in hours. */
export function durationText(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [size, unit] of units) {
    if (unit === 'd' && rest < 3 * size) continue;
    const whole = Math.floor(rest / size);
    if (whole > 0 && parts.length < 2) parts.push(`${whole} ${unit}`);
    rest -= whole * size;
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}

/** `8 GiB`, `1536 MiB`, `1.5 TiB`: the largest unit that stays exact. */
export function sizeText(mib: number): string {
  if (mib >= 2 ** 20 && (mib * 4) % 2 ** 20 === 0) return `${mib / 2 ** 20} TiB`;
  return mib >= 1024 && (mib * 4) % 1024 === 0 ? `${mib / 1024} GiB` : `${mib} MiB`;
}

export const guestKind = (kind: 'qemu' | 'lxc'): string => (kind === 'qemu' ? 'VM' : 'CT');

/** What a state means for who looks at it; colour is never the only sign, the word stands beside it. */
export type Tone = 'good' | 'moving' | 'waiting' | 'bad' | 'quiet';

const tones: Readonly<Record<string, Tone>> = {
  done: 'good', ready: 'good', destroyed: 'quiet', confirmed: 'good', exact: 'good',
  running: 'moving', started: 'moving', quarantining: 'moving', destroying: 'moving', queued: 'moving', requested: 'moving',
  'in-review': 'waiting', approved: 'waiting', waiting: 'waiting', held: 'waiting', draft: 'waiting', unseen: 'waiting', unreadable: 'waiting',
  refused: 'bad', stuck: 'bad', diverged: 'bad', partial: 'bad', 'needs-human': 'bad', changed: 'bad', broader: 'bad', narrower: 'bad',
};

/** A state nobody listed is quiet, never good. */
export const toneOf = (state: string): Tone => tones[state] ?? 'quiet';

const secondsOf = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Whole seconds of `24h`, `90s`, `15m`, `7d`, `3600` or 3600; null when it is none of these. */
export function durationSeconds(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : null;
  const [, amount, unit = 's'] = (typeof value === 'string' ? /^(\d{1,9})([smhd])?$/.exec(value.trim()) : null) ?? [];
  return amount === undefined ? null : Number(amount) * secondsOf[unit as keyof typeof secondsOf];
}

export const aDuration = 'Write a duration: 24h, 15m, 90s, 7d, or whole seconds.';

// Guessing a password is slow: five attempts per username and minute. Attempts are counted when they begin, so that many at once
// count too, and in this process only; the clock comes from the caller.

const attemptsPerMinute = 5;
const minuteMillis = 60_000;
/** Names that were tried lately; more than this and the oldest are forgotten, so that guessed names do not fill the memory. */
const rememberedNames = 10_000;

export class SignInThrottle {
  private readonly attempts = new Map<string, readonly number[]>();

  /** Seconds to wait, or null when this attempt may go on (it is counted). */
  begin(username: string, nowMillis: number): number | null {
    const name = username.toLowerCase();
    const recent = (this.attempts.get(name) ?? []).filter((at) => at > nowMillis - minuteMillis);
    const [oldest] = recent;
    if (oldest !== undefined && recent.length >= attemptsPerMinute) return Math.ceil((oldest + minuteMillis - nowMillis) / 1000);
    this.attempts.delete(name);
    this.attempts.set(name, [...recent, nowMillis]);
    for (const forgotten of this.attempts.keys()) {
      if (this.attempts.size <= rememberedNames) break;
      this.attempts.delete(forgotten);
    }
    return null;
  }

  succeeded(username: string): void {
    this.attempts.delete(username.toLowerCase());
  }
}

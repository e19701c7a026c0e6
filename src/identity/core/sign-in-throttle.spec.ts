import fc from 'fast-check';
import { SignInThrottle } from './sign-in-throttle';

describe('the throttle of sign-ins', () => {
  it('lets no more than five attempts of one name into any minute, whatever their order', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('anna', 'Anna', 'boris'), fc.integer({ min: 0, max: 30_000 })), { maxLength: 40 }), (attempts) => {
      const throttle = new SignInThrottle();
      const admitted: Record<string, number[]> = { anna: [], boris: [] };
      let now = 0;
      for (const [name, pause] of attempts) {
        now += pause;
        const wait = throttle.begin(name, now);
        const times = admitted[name.toLowerCase()] ?? [];
        if (wait === null) times.push(now);
        else expect(times.filter((at) => at > now - 60_000)).toHaveLength(5);
        expect(times.filter((at) => at > now - 60_000).length).toBeLessThanOrEqual(5);
      }
    }));
  });

  it('says how long to wait, and means it', () => {
    const throttle = new SignInThrottle();
    for (let n = 0; n < 5; n++) throttle.begin('anna', n * 1000);
    const wait = throttle.begin('anna', 10_000);
    expect(wait).toBe(50);
    expect(throttle.begin('anna', 10_000 + 50_000)).toBeNull();
  });

  it('forgets the attempts of who signed in', () => {
    const throttle = new SignInThrottle();
    for (let n = 0; n < 4; n++) throttle.begin('anna', 0);
    throttle.succeeded('ANNA');
    for (let n = 0; n < 5; n++) expect(throttle.begin('anna', 1)).toBeNull();
  });

  it('does not grow with the names that are guessed', () => {
    const throttle = new SignInThrottle();
    for (let n = 0; n < 5; n++) throttle.begin('first', 0);
    expect(throttle.begin('first', 1)).not.toBeNull();
    for (let n = 0; n < 10_001; n++) throttle.begin(`guess-${n}`, 2);
    expect(throttle.begin('first', 3)).toBeNull();
  });
});

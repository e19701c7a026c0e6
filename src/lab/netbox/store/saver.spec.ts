import { until } from '../../../../test/setup/until';
import { Saver } from './saver';

const busy = (millis: number): void => {
  const end = performance.now() + millis;
  while (performance.now() < end);
};

describe('Saving the state', () => {
  it('writes every change at once while writing is quick', () => {
    let writes = 0;
    const saver = new Saver(() => (writes += 1));
    for (let change = 0; change < 5; change += 1) saver.touch();
    expect(writes).toBe(5);
  });

  it('gathers changes while writing is slow, and forgets none', async () => {
    let [writes, changes, written] = [0, 0, 0];
    const saver = new Saver(() => {
      busy(15);
      writes += 1;
      written = changes;
    });
    for (changes = 1; changes <= 20; changes += 1) saver.touch();
    expect(writes).toBe(1);
    await until(() => written === changes, 'the last change written');
    expect(writes).toBe(2);
  });
});

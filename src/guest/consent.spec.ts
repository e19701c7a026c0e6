import { whyWithheld } from './consent';

it.each([[true, true, null], [true, false, 'cluster.writes-allowed'], [false, true, 'intent.allowed'], [false, false, 'intent.allowed']])('P19 with the policy at %s and the cluster at %s', (isAllowed, allowWrites, code) => {
  expect(whyWithheld(isAllowed, { name: 'west', allowWrites })?.code ?? null).toBe(code);
});

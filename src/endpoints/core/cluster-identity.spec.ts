// Carries P13: is this the cluster that was confirmed?
import { clusterIdentity, judgeIdentity } from './cluster-identity';

const ca = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const confirmed = clusterIdentity('leipzig', ['pve2', 'pve1'], ca);

it('is the same whatever the order of nodes and the blanks around the CA', () => {
  expect(judgeIdentity(confirmed, clusterIdentity('leipzig', ['pve1', 'pve2'], `\n${ca}\n`))).toEqual({ state: 'confirmed' });
});

it('is first when nothing was confirmed yet', () => {
  expect(judgeIdentity(null, confirmed)).toEqual({ state: 'first' });
});

it.each<[string, ReturnType<typeof clusterIdentity>, string]>([
  ['another name', clusterIdentity('dresden', ['pve1', 'pve2'], ca), 'name: confirmed "leipzig", now "dresden"'],
  ['a node more', clusterIdentity('leipzig', ['pve1', 'pve2', 'pve3'], ca), 'nodes:'],
  ['a node less', clusterIdentity('leipzig', ['pve1'], ca), 'nodes:'],
  ['another CA', clusterIdentity('leipzig', ['pve1', 'pve2'], ca.replace('MIIB', 'MIIC')), 'ca:'],
  ['no CA any more', clusterIdentity('leipzig', ['pve1', 'pve2'], null), 'now null'],
])('P13 is changed with %s, and says what', (_words, seen, observed) => {
  expect(judgeIdentity(confirmed, seen)).toMatchObject({ state: 'changed', observed: expect.stringContaining(observed) });
});

it('P13 names every part that changed', () => {
  expect(judgeIdentity(confirmed, clusterIdentity('x', ['y'], null))).toMatchObject({ observed: expect.stringMatching(/name:.*nodes:.*ca:/) });
});

import { ok } from '../../src/kernel';
import type { DeletionTerms } from '../../src/deletion';
import { nextRequest } from '../../src/deletion/core/transitions';
import { executorModel, type Holes } from './deletion-executors';
import { lifeModel } from './deletion-people';
import { search } from './search';

const terms = (threshold: number): DeletionTerms => ({ threshold, windowSeconds: 1, approveWithinSeconds: 2, startWithinSeconds: 1, maxPerHour: 9, powerOff: 'refuse' });

describe('every life a deletion request can have', () => {
  it.each([1, 2])('P4 P7 P17 P18 P19 P22 P24 P29 hold in every state that people, rights and clock can reach with threshold %i', (threshold) => {
    const found = search(lifeModel(terms(threshold)));
    expect(found.story).toBeNull();
    expect(found.states).toBeGreaterThan(1000);
  }, 120_000);

  it('P15 P22 P26 P27 P29 P31 hold whatever two deleters, a third party and their deaths do to each other', () => {
    const found = search(executorModel());
    expect(found.story).toBeNull();
    expect(found.states).toBeGreaterThan(1000);
  }, 120_000);

  it('P18 finds a table in which a veto does not end the request', () => {
    const { story } = search(lifeModel(terms(1), (from, event, facts) => (event.event === 'veto' ? nextRequest(from, { event: 'destroyed' }, facts) : nextRequest(from, event, { ...facts, vetoes: 0 }))));
    expect(story).toContain('P18');
    expect(story?.split('\n')).toEqual(['0. in the beginning', '1. anna asks for the deletion', '2. worker: request 1 becomes in-review', expect.stringMatching(/^3\. \S+ (vetoes|approves) request 1$/), expect.stringMatching(/^4\. /), expect.stringMatching(/^=> P18/)]);
  }, 120_000);

  it('P19 finds a table that believes in approvals of yesterday', () => {
    const { story } = search(lifeModel(terms(1), (from, event, facts) => nextRequest(from, event, event.event === 'destroy' ? { ...facts, standing: 9 } : facts)));
    expect(story).toContain('P19');
    expect(story).toContain('maria loses approve_deletion');
  }, 120_000);

  it('P22 finds a table that forgets the window', () => {
    const { story } = search(lifeModel(terms(1), (from, event, facts) => {
      const next = nextRequest(from, event, facts);
      return event.event === 'destroy' && from.state === 'waiting' && !next.ok && next.error.code === 'deletion.window-open' ? ok({ ...from, state: 'destroying' }) : next;
    }));
    expect(story).toContain('P22');
  }, 120_000);

  it.each<[string, Holes, string]>([
    ['P27 finds a deleter that sends again', { resends: true }, 'P27'],
    ['P15 finds a deleter that keeps the loan', { keepsLoan: true }, 'P15'],
    ['P28 finds what a deleter without a fence does', { noFence: true }, '=> P'],
  ])('%s', (_name, holes, promise) => {
    expect(search(executorModel(holes)).story).toContain(promise);
  }, 120_000);
});

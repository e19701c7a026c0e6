import { orThrow, problemOf, ProblemException } from './problem';
import { refusalOfDatabase } from './database-refusal';
import { statusOf } from './status-of';

describe('the status of a refusal', () => {
  it.each([
    ['identity.not-signed-in', 401], ['identity.too-many-attempts', 429], ['request.too-large', 413], ['plan.not-found', 404], ['review.four-eyes', 403],
    ['policy.invalid', 400], ['proxmox.not-observed', 502], ['freeze.on', 423], ['database.frozen', 423], ['gate.signature', 401], ['guest.identity-changed', 409], ['something.nobody-listed', 409],
  ])('%s is %i', (code, status) => expect(statusOf(code)).toBe(status));

  it("is told with the refusal's own sentences", () => {
    const refusal = { code: 'plan.not-found', summary: 'There is no such plan.', observed: 'plan 7', next: 'Look at the list.' };
    expect(problemOf(refusal)).toEqual({ type: 'urn:sluice:problem:plan.not-found', title: 'There is no such plan.', status: 404, code: 'plan.not-found', detail: 'There is no such plan. Observed: plan 7. Next: Look at the list.', observed: 'plan 7', next: 'Look at the list.' });
    expect(() => orThrow({ ok: false, error: refusal })).toThrow(ProblemException);
    expect(orThrow({ ok: true, value: 3 })).toBe(3);
  });

  it("P30 takes a gateway's trouble for trouble of the gateway, not of the request", () => {
    try {
      orThrow({ ok: false, error: { kind: 'not-observed', where: 'Proxmox pve-a', text: '595' } });
      throw new Error('it was taken for a value');
    } catch (trouble) {
      expect(trouble).toMatchObject({ status: 502, refusal: { code: 'gateway.not-observed', observed: '595' } });
    }
  });

  it('keeps the words of a trigger and takes no other error for a refusal', () => {
    expect(refusalOfDatabase({ driverError: { code: 'SL031', message: 'frozen' } })).toMatchObject({ code: 'database.frozen', observed: 'frozen' });
    expect(refusalOfDatabase({ code: 'SL017', message: 'four eyes' })).toMatchObject({ code: 'database.four-eyes' });
    for (const other of [{ driverError: { code: '23505', message: 'duplicate key' } }, new Error('SL017'), null, 'SL017']) expect(refusalOfDatabase(other)).toBeNull();
  });
});

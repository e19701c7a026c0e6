import fc from 'fast-check';
import { judged, unseen, vmCreate } from '../../../test/setup/intent-world';
import { isGuestName, nameValid } from './name-valid';

const scene = { diffs: [vmCreate(5, 'web-9.example')] };

describe('name.valid-and-free', () => {
  it('passes a DNS name that nobody bears', () => expect(judged(nameValid, scene)).toEqual([]));
  it.each(['web_9', 'web 9', '-web', 'web-', 'web..9', 'wéb', 'a'.repeat(64)])('refuses %s', (name) => expect(judged(nameValid, { diffs: [vmCreate(5, name)] })).toEqual([`VM ${name}: name ${JSON.stringify(name)} is no DNS name`]));
  it('refuses a name that a guest bears, in any case, and one that two new guests want', () => {
    expect(judged(nameValid, { ...scene, guests: [{ netboxVmId: 7, vmid: 107, name: 'WEB-9.example' }] })).toEqual(['VM web-9.example: qemu 107 on pve1 has this name']);
    expect(judged(nameValid, { diffs: [vmCreate(5, 'web-9'), vmCreate(6, 'Web-9')] })).toHaveLength(2);
  });
  it('P30 refuses when the guests cannot be listed', () => expect(judged(nameValid, scene, { guests: unseen })).toEqual(['VM web-9.example: whether the name web-9.example is free is not known']));

  it('takes only what Proxmox takes for a name', () => {
    fc.assert(fc.property(fc.string(), (name) => { if (isGuestName(name)) expect(name).toMatch(/^(?!-)[A-Za-z0-9.-]{1,255}$/); }));
    fc.assert(fc.property(fc.domain(), (name) => { expect(isGuestName(name)).toBe(true); }));
  });
});

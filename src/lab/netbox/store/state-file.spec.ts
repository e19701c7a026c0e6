import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { smallNetBox } from '../../../../test/setup/small-netbox';
import type { Row } from './row';
import { Space } from './space';
import { readState, writeState } from './state-file';
import { State } from './state';

const TYPE = 'virtualization.virtualmachine';
const vm = (id: number, name = `vm-${id} – ✓`): Row => ({ id, created: '2026-01-01T00:00:00.000000Z', last_updated: null, name });

let file: string;
beforeEach(() => (file = join(mkdtempSync(join(tmpdir(), 'netbox-state-')), 'netbox.json')));
afterEach(() => rmSync(join(file, '..'), { recursive: true }));

function stateWithBranch(): State {
  const state = new State();
  for (let id = 1; id <= 1203; id += 1) state.main.put(TYPE, vm(id));
  const branch = new Space('abcd1234', state.undo);
  branch.copyFrom(state.main, [TYPE]);
  state.branches.set('abcd1234', branch);
  branch.put(TYPE, vm(7, 'changed in the branch'));
  branch.remove(TYPE, 8);
  branch.put(TYPE, vm(2000));
  state.main.remove(TYPE, 9);
  state.main.put(TYPE, vm(10, 'changed in main'));
  state.branches.set('emptyone', new Space('emptyone', state.undo));
  return state;
}

describe('The file of a state', () => {
  it('brings back every row of main and of each branch, in their order', () => {
    const state = stateWithBranch();
    writeState(file, state);
    const again = readState(file);
    expect([...(again?.main.table(TYPE).values() ?? [])]).toEqual([...state.main.table(TYPE).values()]);
    expect([...(again?.branches.get('abcd1234')?.table(TYPE).values() ?? [])]).toEqual([...(state.branches.get('abcd1234')?.table(TYPE).values() ?? [])]);
    expect([...(again?.branches.keys() ?? [])]).toEqual(['abcd1234', 'emptyone']);
  });

  it('writes a row that a branch shares with main once, and they share it again', () => {
    writeState(file, stateWithBranch());
    const again = readState(file);
    const [main, branch] = [again?.main, again?.branches.get('abcd1234')];
    expect(branch?.get(TYPE, 5)).toBe(main?.get(TYPE, 5));
    expect([branch?.get(TYPE, 10)?.['name'], main?.get(TYPE, 10)?.['name']]).toEqual([vm(10)['name'], 'changed in main']);
    const alone = stateWithBranch();
    alone.branches.clear();
    const shared = statSync(file).size;
    writeState(file, alone);
    expect(shared).toBeLessThan(statSync(file).size * 1.2);
  });

  it('says what to do with a file of an earlier format, and with an empty one', () => {
    writeFileSync(file, '{"format":1,"main":{"tables":{}}}');
    expect(() => readState(file)).toThrow('has format 1, this simulator writes 2; reset the lab');
    writeFileSync(file, '');
    expect(() => readState(file)).toThrow('is empty; reset the lab');
  });

  it('is written for a change and never for a read', async () => {
    const netbox = await smallNetBox({ stateFile: file });
    const written = (): number => statSync(file).ino;
    await netbox.ask('alice', 'PATCH', 'virtualization/virtual-machines/1/', { memory: 1 });
    const after = written();
    for (const path of ['virtualization/virtual-machines/', 'virtualization/virtual-machines/1/', 'plugins/branching/branches/', 'status/']) expect((await netbox.ask('bob', 'GET', path)).status).toBe(200);
    expect(written()).toBe(after);
    await netbox.ask('alice', 'PATCH', 'virtualization/virtual-machines/1/', { memory: 2 });
    expect(written()).not.toBe(after);
    await netbox.close();
  });
});

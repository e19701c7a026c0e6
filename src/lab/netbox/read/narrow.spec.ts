import { randomUUID } from 'node:crypto';
import { knownModel } from '../models/registry';
import { readQuery } from '../http/exchange';
import type { Json } from '../store/row';
import { State } from '../store/state';
import { View } from '../store/view';
import { EventQueue } from '../webhooks/event-queue';
import { Writer } from '../write/writer';
import { filterOf } from './filters';
import { allInOrder, inOrder } from './in-order';
import { narrowed } from './narrow';

const VM = 'virtualization.virtualmachine';
const view = View.main(new State());
const writer = new Writer(view, { user: null, userName: 'admin', requestId: randomUUID() }, new EventQueue());
const make = (type: string, values: { readonly [field: string]: Json }): number => writer.create(knownModel(type), values).id;

const numberOf = (name: string, logic = 'loose', type = 'integer'): void => void make('extras.customfield', { name, type, filter_logic: logic, object_types: [VM] });

beforeAll(() => {
  const clusters = ['a', 'b'].map((name) => make('virtualization.cluster', { name }));
  numberOf('vmid');
  numberOf('hidden', 'disabled');
  numberOf('text', 'loose', 'text');
  for (let n = 0; n < 40; n += 1) {
    const vm = make(VM, { name: n % 2 === 0 ? `VM-${n}` : `vm-${n}`, cluster: clusters[n % 2] ?? null, memory: 1024 * (n % 4), custom_fields: { vmid: n % 5, hidden: n, text: String(n) } });
    const nic = make('virtualization.vminterface', { virtual_machine: vm, name: 'net0' });
    make('ipam.ipaddress', { address: `10.0.0.${n}/24`, assigned_object_type: 'virtualization.vminterface', assigned_object_id: nic });
    // The same number as the VM's interface, but another type.
    make('dcim.macaddress', { mac_address: 'BC:24:11:00:00:01', assigned_object_type: 'dcim.interface', assigned_object_id: nic });
    make('dcim.macaddress', { mac_address: 'BC:24:11:00:00:02', assigned_object_type: 'virtualization.vminterface', assigned_object_id: nic });
  }
});

describe('A list that an index answers', () => {
  it.each([
    [VM, 'cluster_id=1', 20], [VM, 'cluster_id=1&cluster_id=2', 40], [VM, 'cluster_id=1&memory=2048', 10], [VM, 'id=3&id=4&id=4&id=99', 2], [VM, 'name=vm-2', 1], [VM, 'name=vm-2&name=VM-3&name=nobody', 2], [VM, 'memory=2048', 10],
    [VM, 'cf_vmid=3', 8], [VM, 'cf_hidden=3', 40], [VM, 'cf_text=3', 13], [VM, 'cf_unknown=3', 40], [VM, 'unknown_id=3', 40], [VM, 'tenant_id=null', 40], [VM, 'name__ic=1', 13], [VM, 'name=', 0],
    ['virtualization.vminterface', 'virtual_machine_id=2&virtual_machine_id=5', 2], ['ipam.ipaddress', 'virtual_machine_id=2&virtual_machine_id=5', 2], ['ipam.ipaddress', 'vminterface_id=7', 1], ['ipam.ipaddress', 'address=10.0.0.3/24', 1],
    ['ipam.ipaddress', 'address=10.0.0.3', 1], ['dcim.macaddress', 'virtual_machine_id=2', 1], ['dcim.macaddress', 'device_id=2', 0], ['dcim.macaddress', 'assigned_object_id=2', 2],
  ])('holds what looking at every %s would find: %s', (type, text, count) => {
    const model = knownModel(type);
    const filter = filterOf(view, model, readQuery(text));
    if ('errors' in filter) throw new Error(JSON.stringify(filter.errors));
    const looked = allInOrder(view, model).filter(filter.test).map((row) => row.id);
    const few = (narrowed(view, model, filter.applied) ?? [...view.all(type)]).filter(filter.test);
    expect(inOrder(view, model, few).map((row) => row.id)).toEqual(looked);
    expect(looked).toHaveLength(count);
  });
});

describe('The kept order of a table', () => {
  it('is the natural one after every write, also to the table that it looks into', () => {
    const [model, disks] = [knownModel(VM), knownModel('virtualization.virtualdisk')];
    const names = (): readonly string[] => allInOrder(view, model).map((row) => String(row['name']));
    const [first, second] = [make(VM, { name: 'zz-10' }), make(VM, { name: 'zz-9' })];
    for (const vm of [first, second]) make('virtualization.virtualdisk', { virtual_machine: vm, name: 'scsi0', size: 1 });
    expect(names().slice(-2)).toEqual(['zz-9', 'zz-10']);
    expect(allInOrder(view, disks).map((row) => row['virtual_machine'])).toEqual([second, first]);
    const row = view.get(VM, first);
    if (row === undefined) throw new Error('the VM is gone');
    writer.update(model, row, { name: 'aa' });
    expect(names()[0]).toBe('aa');
    expect(allInOrder(view, disks).map((disk) => disk['virtual_machine'])).toEqual([first, second]);
    writer.delete(model, view.get(VM, first) ?? row);
    expect(names()).not.toContain('aa');
  });
});

// Every model that netbox-branching 1.1.2 isolates in NetBox 4.5, by its app; the simulator has endpoints for some of them only.
// Written as the name it is spoken by; `model=name` where the model is not that name without its spaces.
const SPOKEN: Readonly<Record<string, string>> = {
  circuits:
    'circuit, circuit group, Circuit group assignment, circuit termination, circuit type, provider, provider account, provider network, virtual circuit, ' +
    'virtual circuit termination, virtual circuit type',
  dcim:
    'cable, cable path, cable termination, console port, console port template, console server port, console server port template, device, device bay, device bay template, ' +
    'device role, device type, front port, front port template, interface, interface template, inventory item, inventory item role, inventory item template, location, ' +
    'MAC address, manufacturer, module, module bay, module bay template, module type, module type profile, platform, port mapping, port template mapping, power feed, ' +
    'power outlet, power outlet template, power panel, power port, power port template, rack, rack reservation, rack role, rack type, rear port, rear port template, ' +
    'region, site, site group, virtual chassis, virtual device context',
  extras: 'cached value, config context, config context profile, config template, image attachment, journal entry, table config, tag, tagged item',
  ipam:
    'aggregate, ASN, ASN range, FHRP group, FHRP group assignment, IP address, IP range, prefix, RIR, role, route target, service=application service, ' +
    'servicetemplate=application service template, VLAN, VLAN group, VLAN translation policy, VLAN translation rule, VRF',
  tenancy: 'contact, contact assignment, contact group, contact role, tenant, tenant group',
  virtualization: 'cluster, cluster group, cluster type, virtual disk, virtual machine, vminterface=interface',
  vpn: 'IKE policy, IKE proposal, IPSec policy, IPSec profile, IPSec proposal, L2VPN, L2VPN termination, tunnel, tunnel group, tunnel termination',
  wireless: 'wireless LAN, wireless LAN group, wireless link',
};

export interface BranchableModel { readonly app_label: string; readonly model: string; readonly verbose_name: string; readonly verbose_name_plural: string }

function plural(name: string): string {
  if (name.endsWith('chassis')) return name;
  if (/(x|ss)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

function read(app: string, entry: string): BranchableModel {
  const [first = '', spoken] = entry.split('=');
  return { app_label: app, model: spoken === undefined ? first.replaceAll(' ', '').toLowerCase() : first, verbose_name: spoken ?? first, verbose_name_plural: plural(spoken ?? first) };
}

const VM_TYPE = read('virtualization', 'virtual machine type');

export const BRANCHABLE: readonly BranchableModel[] = Object.entries(SPOKEN).flatMap(([app, names]) => names.split(', ').map((entry) => read(app, entry)));

/** With what 4.6 adds, as far as the simulator has it. */
export const BRANCHABLE_46: readonly BranchableModel[] = BRANCHABLE.flatMap((model) => (model.model === 'virtualmachine' ? [model, VM_TYPE] : [model]));

// What cloud-init (or, for a container, Proxmox itself) is told: user, keys, data, network. Gateways come from IPAM, never from a guess.
// No password: it would be kept in the plan (P40).
import { ok, refuse, scrubText, type Result } from '../../../kernel';
import { isPlainPropertyValue, type CloudInit, type GuestKind, type WantedAddresses } from '../../../guest';
import type { ChangeDiff } from '../../../netbox/ports';
import type { PlanInput } from '../draft-parts';
import { customField, isSet, text, type Data } from '../fields';
import { familyOf, holds } from '../ip';
import type { ClusterWorld } from '../world';

/** `dhcp`, or pairs as `nameserver=10.0.0.53,searchdomain=example.org`; a name server may be given more than once. */
export interface Network { readonly dhcp: boolean; readonly nameservers: readonly string[]; readonly searchDomain: string | null }

export const noAddresses: WantedAddresses = { ip: null, gateway: null, ip6: null, gateway6: null };

export function wantsCloudInit(wanted: Data, input: Pick<PlanInput, 'fields'>): boolean {
  const { cloudInitUser, cloudInitSshKeys, cloudInitUserData, cloudInitNetwork } = input.fields;
  return [cloudInitUser, cloudInitSshKeys, cloudInitUserData, cloudInitNetwork].some((field) => isSet(customField(wanted, field)));
}

export function networkOf(wanted: Data, input: Pick<PlanInput, 'fields'>): Result<Network> {
  const field = input.fields.cloudInitNetwork;
  const written = text(customField(wanted, field))?.trim() ?? '';
  const words = written.split(/[,\s]+/).filter((word) => word !== '');
  const values = (key: string): readonly string[] => words.filter((word) => word.startsWith(`${key}=`)).map((word) => word.slice(key.length + 1));
  const strange = words.filter((word) => word !== 'dhcp' && !/^(?:nameserver|searchdomain)=[A-Za-z0-9.:-]+$/.test(word));
  if (strange.length > 0 || values('searchdomain').length > 1) return refuse('cloud-init.network', 'The network is not written as Sluice reads it.', `${field} ${JSON.stringify(written)}`, 'Write dhcp, or nameserver=ADDRESS and searchdomain=DOMAIN, with commas between. Addresses are those of the interfaces in NetBox.');
  const notAddresses = values('nameserver').filter((address) => familyOf(address) === null);
  if (notAddresses.length > 0) return refuse('cloud-init.network', 'A name server is no address.', notAddresses.join(', '), 'Give its IP address.');
  return ok({ dhcp: words.includes('dhcp'), nameservers: values('nameserver'), searchDomain: values('searchdomain')[0] ?? null });
}

export function cloudInitOf(kind: GuestKind, wanted: Data, network: Network, hasDrive: boolean, world: ClusterWorld, input: PlanInput): Result<CloudInit | null> {
  if (!wantsCloudInit(wanted, input)) return ok(null);
  const { cloudInitUser, cloudInitSshKeys, cloudInitUserData, storage } = input.fields;
  const user = text(customField(wanted, cloudInitUser));
  const sshKeys = text(customField(wanted, cloudInitSshKeys))?.trim() ?? null;
  const userData = text(customField(wanted, cloudInitUserData))?.trim() ?? null;
  if (user !== null && !/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) return refuse('cloud-init.user', 'The user name is none.', JSON.stringify(user), 'Use small letters, digits, hyphen and underscore, at most 32.');
  if (kind === 'lxc' && user !== null) return refuse('cloud-init.user', 'A container has no cloud-init user.', `${cloudInitUser} ${JSON.stringify(user)}`, 'Clear it: the keys are those of root.');
  if (sshKeys !== null && (scrubText(sshKeys) !== sshKeys || !sshKeys.split('\n').every((line) => /^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d+|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/=]+(?: [^\r\n]*)?$/.test(line.trim())))) return refuse('cloud-init.ssh-keys', 'These are no public keys.', `${cloudInitSshKeys} holds something else`, 'Give one OpenSSH public key a line, never a private one.');
  if (userData !== null && (kind === 'lxc' || !/^[a-z][a-z0-9\-_.]*[a-z0-9]:snippets\/[^,=\s]+$/i.test(userData))) {
    return refuse('cloud-init.user-data', kind === 'lxc' ? 'A container has no user data.' : 'Proxmox takes user data as a snippet only.', `${cloudInitUserData} ${kind === 'lxc' ? 'is set' : 'is not a volume'}`, kind === 'lxc' ? 'Clear it.' : 'Put the YAML into a snippet by hand and write STORAGE:snippets/NAME here: Proxmox has no call to upload one.');
  }
  const where = text(customField(wanted, storage)) ?? world.settings.defaultStorage;
  if (kind === 'qemu' && !hasDrive && (where === null || !isPlainPropertyValue(where))) return refuse('create.storage', 'No storage is named for the cloud-init drive.', `${storage} and the cluster's defaultStorage are empty`, `Set ${storage} on the VM.`);
  return ok({ user, sshKeys, userData, nameservers: network.nameservers, searchDomain: network.searchDomain, storage: kind === 'lxc' || hasDrive ? null : where });
}

/** The addresses that the branch hangs on an interface, one of each family, with their gateways out of IPAM. */
export function addressesOf(interfaceId: number, ips: readonly ChangeDiff[], dhcp: boolean, input: Pick<PlanInput, 'content'>): Result<WantedAddresses> {
  const given = ips.filter((diff) => diff.modified?.['assigned_object_id'] === interfaceId).map((diff) => ({ address: text(diff.modified?.['address']) ?? '', vrf: diff.modified?.['vrf'] ?? null }));
  const bad = given.find(({ address }) => familyOf(address.split('/')[0] ?? '') === null || !/\/\d{1,3}$/.test(address));
  if (bad !== undefined) return refuse('address.unreadable', 'An address is not one.', JSON.stringify(bad.address), 'Give it with its prefix length.');
  const one = (family: 4 | 6): Result<readonly [string | null, string | null]> => {
    const [first, second] = given.filter(({ address }) => familyOf(address.split('/')[0] ?? '') === family);
    if (first === undefined) return ok([null, null]);
    if (second !== undefined) return refuse('address.several', `Proxmox takes one IPv${family} address for an interface.`, `${first.address} and ${second.address}`, 'Leave one of them on the interface; add the other inside the guest.');
    const [address = '', length = ''] = first.address.split('/');
    const gateways = input.content.lookups.gateways.filter((gateway) => gateway.vrf === first.vrf && gateway.address.split('/')[1] === length && holds(gateway.address, address));
    if (gateways.length > 1) return refuse('address.gateway', 'IPAM names more than one gateway.', `for ${first.address}: ${gateways.map((gateway) => gateway.address).join(', ')}`, 'Leave the tag on one of them.');
    return ok([first.address, gateways[0]?.address.split('/')[0] ?? null]);
  };
  const [four, six] = [one(4), one(6)];
  if (!four.ok) return four;
  if (!six.ok) return six;
  return ok({ ip: four.value[0] ?? (dhcp ? 'dhcp' : null), gateway: four.value[1], ip6: six.value[0], gateway6: six.value[1] });
}

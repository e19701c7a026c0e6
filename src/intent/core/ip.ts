// As much of IP arithmetic as a plan needs.
import { isValid, parse, parseCIDR } from 'ipaddr.js';

export const familyOf = (address: string): 4 | 6 | null => (!isValid(address) || (!address.includes(':') && address.split('.').length !== 4) ? null : parse(address).kind() === 'ipv4' ? 4 : 6);

/** Whether the network of `withLength` (`10.0.0.1/24`) holds the address. */
export function holds(withLength: string, address: string): boolean {
  const [base = '', length = ''] = withLength.split('/');
  const family = familyOf(base);
  if (family === null || family !== familyOf(address) || !/^\d{1,3}$/.test(length) || Number(length) > (family === 4 ? 32 : 128)) return false;
  return parse(address).match(parseCIDR(withLength));
}

// lib/limits/cidr.ts: IPv4 ranges.
import { isIPv4 } from 'node:net';

/** VPCs have at most a /16; of less than a /24, three zones with two subnets each would have no room. */
const [WIDEST, NARROWEST] = [16, 24];

/** @returns true, or what is wrong */
export function isNetworkRange(value: string): true | string {
  const [address = '', bits = '', ...rest] = value.split('/');
  const prefix = Number(bits);
  if (rest.length > 0 || !isIPv4(address)) return `"${address}" is not an IPv4 address`;
  if (!/^\d{2}$/.test(bits) || prefix < WIDEST || prefix > NARROWEST)
    return `"/${bits}" is not /${WIDEST} to /${NARROWEST}`;
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefix);
  return number % size === 0 || `${address} is not the first address of a /${prefix}`;
}

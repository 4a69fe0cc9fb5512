import ipaddr from 'ipaddr.js';
import type { Network } from '../config/networks.js';

/** Where addresses of the whole internet lie; what is outside is local, reserved, or leads somewhere else. */
const internet = ipaddr.parseCIDR('2000::/3');

/**
 * Why an address may not be called, or undefined if it may. Only plain public addresses may: not those of this machine or
 * of private networks, and none that carries another address inside it (mapped, 6to4, Teredo, NAT64, ISATAP).
 */
export function refusedAddress(text: string, allowed: readonly Network[] = []): string | undefined {
  if (!ipaddr.isValid(text)) return 'is no address';
  const address = ipaddr.parse(text);
  if (allowed.some((network) => within(address, network))) return undefined;
  const range = address.range();
  if (range !== 'unicast') return `is not public (${range})`;
  if (address.kind() === 'ipv4') return undefined;
  const six = address as ipaddr.IPv6;
  if (!six.match(internet)) return 'is not public';
  const [, , , , high, low] = six.parts;
  if (low === 0x5efe && (high === 0 || high === 0x200)) return 'carries another address (ISATAP)';
  return undefined;
}

const within = (address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Network): boolean => {
  if (address.kind() === 'ipv4' && network.kind() === 'ipv4')
    return (address as ipaddr.IPv4).match(network as ipaddr.IPv4, bits);
  if (address.kind() === 'ipv6' && network.kind() === 'ipv6')
    return (address as ipaddr.IPv6).match(network as ipaddr.IPv6, bits);
  return false;
};

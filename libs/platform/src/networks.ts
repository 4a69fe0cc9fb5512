import ipaddr from 'ipaddr.js';

/** A range of addresses, as `10.1.0.0/16` or a single one. */
export type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Reads networks written with commas between them. @throws Error naming the part that is none */
export function readNetworks(text: string | undefined): Network[] {
  const parts = (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  return parts.map((part) => {
    try {
      if (part.includes('/')) return ipaddr.parseCIDR(part);
      const address = ipaddr.parse(part);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    } catch {
      throw new Error(`“${part}” is no network. Write it like 10.1.0.0/16 or 127.0.0.1.`);
    }
  });
}

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

const nameOfHost = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads names of hosts written with commas between them; `*.example.com` is every name below example.com.
 * @returns undefined where nothing is written: any host
 * @throws Error naming the part that is none
 */
export function readHosts(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const parts = text.split(',').map((part) => part.trim().toLowerCase());
  for (const part of parts)
    if (part.length > 253 || !nameOfHost.test(part))
      throw new Error(`“${part}” is no name of a host. Write it like hooks.example.com or *.example.com.`);
  return parts;
}

/** Whether a host, as an URL has it, is one of these. */
export const isAmong = (host: string, hosts: readonly string[]): boolean =>
  hosts.some((each) => (each.startsWith('*.') ? host.endsWith(each.slice(1)) : host === each));

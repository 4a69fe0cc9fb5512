import type { DuplicateReason } from '#contracts';

/** What two people of the same name are compared by. */
export interface Compared {
  address: string;
  phone: string | null;
}

/** Fewer digits say nothing. */
const SHORTEST_PHONE = 6;

/** Why two people of the same name may be one; nothing where only the name is the same. */
export function likeness(one: Compared, other: Compared): DuplicateReason[] {
  const reasons: DuplicateReason[] = [];
  const phone = digitsOf(one.phone);
  if (phone.length >= SHORTEST_PHONE && phone === digitsOf(other.phone)) reasons.push('phone');
  const [a, b] = [partsOf(one.address), partsOf(other.address)];
  if (a && b && a.box === b.box) {
    if (a.domain === b.domain) reasons.push('address');
    else if (isOneSlip(a.domain, b.domain)) reasons.push('domain');
  }
  return reasons;
}

/** Without what people write differently: spaces, signs, and the zeros or the plus before the country. */
const digitsOf = (phone: string | null): string => (phone ?? '').replace(/\D/g, '').replace(/^00/, '');

/** An address without dots and tag before its @. */
function partsOf(address: string): { box: string; domain: string } | undefined {
  const at = address.lastIndexOf('@');
  const box = address.slice(0, at).split('+')[0]!.replaceAll('.', '');
  return at < 1 || box === '' ? undefined : { box, domain: address.slice(at + 1) };
}

/** Whether one letter was left out, added or taken for another, or two changed places. */
function isOneSlip(one: string, other: string): boolean {
  if (one === other || Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let end = 0;
  const most = Math.min(one.length, other.length) - start;
  while (end < most && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const a = one.slice(start, one.length - end);
  const b = other.slice(start, other.length - end);
  if (a.length <= 1 && b.length <= 1) return true;
  return a.length === 2 && b.length === 2 && a[0] === b[1] && a[1] === b[0];
}

/** What somebody shares with whoever they may be: a phone, or the box of an address. */
export function keysOf({ phone, address }: Compared): string[] {
  const digits = digitsOf(phone);
  const parts = partsOf(address);
  return [...(digits.length >= SHORTEST_PHONE ? [`phone ${digits}`] : []), ...(parts ? [`box ${parts.box}`] : [])];
}

import type { OrderCounts } from '#contracts';

export const noOrders: Readonly<OrderCounts> = Object.freeze({
  new: 0,
  refunds: 0,
  changed: 0,
  unchanged: 0,
  other_person: 0,
  without_address: 0,
  unreadable: 0,
});

export const together = (a: OrderCounts, b: OrderCounts): OrderCounts => ({
  new: a.new + b.new,
  refunds: a.refunds + b.refunds,
  changed: a.changed + b.changed,
  unchanged: a.unchanged + b.unchanged,
  other_person: a.other_person + b.other_person,
  without_address: a.without_address + b.without_address,
  unreadable: a.unreadable + b.unreadable,
});

const some = (n: number, one: string, many: string): string[] => (n === 0 ? [] : [`${n} ${n === 1 ? one : many}`]);

/** What came, for a person to read: “2 new orders, 1 refund”. What needs somebody stands at the end. */
export function countsText(counts: OrderCounts): string {
  const parts = [
    ...some(counts.new, 'new order', 'new orders'),
    ...some(counts.refunds, 'refund', 'refunds'),
    ...some(counts.changed, 'changed order', 'changed orders'),
    ...some(counts.other_person, 'order that names another person', 'orders that name other people'),
    ...some(counts.without_address, 'order without an address', 'orders without an address'),
    ...some(counts.unreadable, 'order that could not be read', 'orders that could not be read'),
  ];
  if (parts.length > 0) return parts.join(', ');
  return counts.unchanged === 0 ? 'No orders' : 'Nothing new';
}

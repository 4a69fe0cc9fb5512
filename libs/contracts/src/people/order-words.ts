import type { OrderCounts } from './orders.contract.js';

const some = (n: number, one: string, many: string): string[] => (n === 0 ? [] : [`${n} ${n === 1 ? one : many}`]);

/** What came of fetching orders, for a person to read: “2 new orders, 1 refund”. What needs somebody stands at the end. */
export function orderCountsText(counts: OrderCounts): string {
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

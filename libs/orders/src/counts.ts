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

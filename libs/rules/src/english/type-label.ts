/** What Cortex calls the types that it knows itself, until people call them otherwise. */
export const knownTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    page_view: 'Viewed a page',
    'lead.created': 'Started a checkout',
    'checkout.abandoned': 'Left the checkout',
    'course.enrolled': 'Enrolled in a course',
    'course.cancelled': 'Lost access to a course',
    'order.paid': 'Paid an order',
    'order.refunded': 'Got a refund',
    'contact.updated': 'Their data changed',
    'email.sent': 'Was sent an e-mail',
    'email.failed': 'An e-mail could not be sent',
    'email.skipped': 'An e-mail was not sent',
    'email.delivered': 'Received an e-mail',
    'email.opened': 'Opened an e-mail',
    'email.opened_by_machine': 'A machine opened an e-mail',
    'email.clicked': 'Clicked in an e-mail',
    'email.clicked_by_machine': 'A machine clicked in an e-mail',
    'email.bounced': 'An e-mail bounced',
    'email.complained': 'Marked an e-mail as spam',
    'email.unsubscribed': 'Unsubscribed',
    'email.subscribed': 'Subscribed',
    'mail.replied': 'Replied to an e-mail',
    'automation.entered': 'Entered an automation',
    'automation.left': 'Left an automation',
    'smart_list.entered': 'Entered a list',
    'smart_list.left': 'Left a list',
  }),
);

/** What a type of activity is called where nobody has said it: “Order placed” for `order.placed`. */
export function typeLabel(type: string): string {
  const known = knownTypes.get(type);
  if (known !== undefined) return known;
  const words = type.replace(/[._]+/g, ' ').trim();
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`;
}

/**
 * What types are called, each by a name that no other of them has: those of Cortex, and those that were seen. Where two
 * would be called alike, the ones that nobody named keep their type, so that a sentence says which is meant.
 * @param seen what there is, with the names that people gave
 */
export function typeNames(
  seen: readonly { type: string; label: string; named: boolean }[],
): ReadonlyMap<string, string> {
  const labels = new Map([...knownTypes].map(([type, label]) => [type, { label, named: false }]));
  for (const { type, label, named } of seen) labels.set(type, { label, named });
  const taken = new Map<string, number>();
  for (const { label } of labels.values()) taken.set(label.toLowerCase(), (taken.get(label.toLowerCase()) ?? 0) + 1);
  return new Map(
    [...labels]
      .filter(([, { label, named }]) => named || taken.get(label.toLowerCase()) === 1)
      .map(([type, { label }]) => [type, label]),
  );
}

type Metadata = Record<string, unknown>;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

/** ": Photography 101, €49.00", as far as the metadata knows. */
function what(metadata: Metadata): string {
  const parts = [text(metadata.course_title), money(metadata)].filter((part) => part !== undefined);
  return parts.length > 0 ? `: ${parts.join(', ')}` : '';
}

function money(metadata: Metadata): string | undefined {
  const { amount_minor, currency } = metadata;
  if (typeof amount_minor !== 'number' || typeof currency !== 'string') return undefined;
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount_minor / 100);
  } catch {
    return `${amount_minor / 100} ${currency}`;
  }
}

const quoted = (value: unknown): string => (text(value) ? ` “${text(value)}”` : '');
const by = (metadata: Metadata): string => (text(metadata.by) ? ` by ${text(metadata.by)}` : '');

/** In the order in which a sentence names them. */
const fieldNames: Record<string, string> = {
  first_name: 'first name',
  last_name: 'last name',
  email: 'e-mail address',
  phone: 'phone',
  country: 'country',
  timezone: 'time zone',
  tags: 'tags',
  attributes: 'details',
  course_id: 'course',
  consent: 'consent',
};

function changed(metadata: Metadata): string {
  const changes = (metadata.changes ?? {}) as Metadata;
  const names = Object.keys(fieldNames)
    .filter((name) => name in changes)
    .map((name) => fieldNames[name]!);
  if (names.length === 0) return `Details changed${by(metadata)}`;
  const list = names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${list[0]!.toUpperCase()}${list.slice(1)} changed${by(metadata)}`;
}

/** How the timeline tells of the types that Cortex knows; everything else reads as its name. */
const sentences: Record<string, (metadata: Metadata) => string> = {
  'lead.created': (m) => (m.source === 'activity' ? 'First seen' : `Started a checkout${what(m)}`),
  'checkout.abandoned': (m) => `Left the checkout${what(m)}`,
  'course.enrolled': (m) => `${m.restored === true ? 'Got access back' : 'Enrolled'}${what(m)}`,
  'course.cancelled': (m) => `Lost access${what({ ...m, amount_minor: undefined })}`,
  'order.paid': (m) => `Paid${what(m)}`,
  'order.refunded': (m) => `Got a refund${what(m)}`,
  'contact.updated': changed,
  'email.sent': (m) => `Was sent the mail${quoted(m.subject)}`,
  'email.delivered': (m) => `Received the mail${quoted(m.subject)}`,
  'email.opened': (m) => `Opened the mail${quoted(m.subject)}`,
  'email.clicked': (m) => `Clicked in the mail${quoted(m.subject)}${text(m.url) ? `: ${text(m.url)}` : ''}`,
  'email.bounced': (m) => `The mail${quoted(m.subject)} bounced`,
  'email.complained': (m) => `Marked the mail${quoted(m.subject)} as spam`,
  'email.unsubscribed': () => 'Unsubscribed',
  'email.skipped': (m) => `Was not sent the mail${quoted(m.subject)}${text(m.reason) ? `: ${text(m.reason)}` : ''}`,
  page_view: (m) => `Looked at ${text(m.title) ?? text(m.url) ?? text(m.path) ?? 'a page'}`,
  'smart_list.entered': (m) => `Entered the list${quoted(m.smart_list_name)}`,
  'smart_list.left': (m) => `Left the list${quoted(m.smart_list_name)}`,
};

/** One activity in plain English: "Left the checkout: Photography 101, €49.00". */
export function activitySentence(type: string, metadata: Metadata): string {
  const known = sentences[type];
  if (known) return known(metadata);
  const words = type.replace(/[._]+/g, ' ').trim();
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}${what(metadata)}`;
}

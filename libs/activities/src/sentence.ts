import { endReasonLabel } from '#graph';
import { moneyText, skipClause, typeLabel, wholeMoney } from '#rules';
import { changesInWords } from './changes.js';
import { noNames, type Names } from './names.queries.js';

type Metadata = Record<string, unknown>;
/** An activity's metadata with what its ids stand for. */
interface Told {
  m: Metadata;
  /** ` “You left something behind”`, or nothing. */
  mail: string;
  automation: string;
  /** ": Photography 101, €49.00", as far as it is known. */
  what: string;
  by: string;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : typeof value === 'number' ? String(value) : undefined;

const named = (names: ReadonlyMap<string, string>, id: unknown): string | undefined =>
  typeof id === 'string' ? names.get(id.toLowerCase()) : undefined;

/** `amount_minor` in the currency's smallest unit, or `amount` in whole ones. */
function money({ amount_minor, amount, currency }: Metadata): string | undefined {
  if (typeof currency !== 'string') return undefined;
  const whole = typeof amount_minor === 'number' ? wholeMoney(amount_minor, currency) : amount;
  return typeof whole === 'number' ? moneyText(whole, currency) : undefined;
}

const quoted = (value: string | undefined): string => (value ? ` “${value}”` : '');
const after = (value: string | undefined): string => (value ? `: ${value}` : '');

function tell(metadata: Metadata, names: Names): Told {
  const automation = quoted(named(names.automations, metadata.automation_id) ?? text(metadata.automation));
  const course = text(metadata.course_title) ?? named(names.courses, metadata.course_id);
  const by = text(metadata.by);
  return {
    m: metadata,
    mail: quoted(text(metadata.subject) ?? named(names.mails, metadata.message_id)),
    automation,
    what: after([course, money(metadata)].filter((part) => part !== undefined).join(', ')),
    by: by === undefined ? '' : ` by ${by === 'automation' && automation ? automation.trim() : by}`,
  };
}

const why = ({ m }: Told): string => {
  const reason = text(m.reason);
  return after(reason === undefined ? undefined : (skipClause(reason) ?? endReasonLabel(reason) ?? reason));
};

function left(told: Told): string {
  const { m, automation } = told;
  if (m.status === 'failed') return `Was stopped in${automation || ' an automation'} by an error${why(told)}`;
  if (m.status === 'completed' && m.reason === 'goal') return `Reached the goal of${automation || ' an automation'}`;
  if (m.status === 'completed') return `Finished${automation || ' an automation'}${why(told)}`;
  return `Left${automation || ' an automation'}${why(told)}`;
}

/** How the timeline tells of the types that Cortex knows; everything else reads as its name. */
const sentenceOf = new Map(
  Object.entries<(told: Told) => string>({
    'lead.created': ({ m, what }) => (m.source === 'activity' ? 'First seen' : `Started a checkout${what}`),
    'checkout.abandoned': ({ what }) => `Left the checkout${what}`,
    'course.enrolled': ({ m, what }) => `${m.restored === true ? 'Got access back' : 'Enrolled'}${what}`,
    'course.cancelled': ({ what }) => `Lost access${what}`,
    'order.paid': ({ what }) => `Paid${what}`,
    'order.refunded': ({ what }) => `Got a refund${what}`,
    'contact.updated': ({ m, by }) => `${changesInWords(m.changes)}${by}`,
    'email.sent': ({ mail }) => `Was sent${mail || ' an e-mail'}`,
    'email.failed': (told) => `Could not be sent${told.mail || ' an e-mail'}${why(told)}`,
    'email.skipped': (told) => `Was not sent${told.mail || ' an e-mail'}${why(told)}`,
    'email.delivered': ({ mail }) => `Received${mail || ' an e-mail'}`,
    'email.opened': ({ mail }) => `Opened${mail || ' an e-mail'}`,
    'email.opened_by_machine': ({ mail }) => `A machine opened${mail || ' an e-mail'}`,
    'email.clicked': ({ m, mail }) => `Clicked in${mail || ' an e-mail'}${after(text(m.url))}`,
    'email.clicked_by_machine': ({ m, mail }) => `A machine clicked in${mail || ' an e-mail'}${after(text(m.url))}`,
    'email.bounced': ({ mail }) => `${mail.trim() || 'An e-mail'} bounced`,
    'email.complained': ({ mail }) => `Marked${mail || ' an e-mail'} as spam`,
    'email.unsubscribed': ({ mail }) => `Unsubscribed${mail ? ` from${mail}` : ''}`,
    'email.subscribed': () => 'Subscribed',
    'mail.replied': ({ mail }) => `Replied to${mail || ' an e-mail'}`,
    'automation.entered': ({ automation }) => `Entered${automation || ' an automation'}`,
    'automation.left': left,
    page_view: ({ m }) => `Viewed ${text(m.title) ?? text(m.url) ?? text(m.path) ?? 'a page'}`,
    'smart_list.entered': ({ m }) => `Entered the list${quoted(text(m.smart_list_name))}`,
    'smart_list.left': ({ m }) => `Left the list${quoted(text(m.smart_list_name))}`,
  }),
);

/**
 * One activity in plain English: "Left the checkout: Photography 101, €49.00".
 * @param names what ids in the metadata stand for (`namesOf`); without them the sentence goes without
 * @param label what people call the type, where Cortex has no sentence for it
 */
export function activitySentence(type: string, metadata: Metadata, names: Names = noNames, label?: string): string {
  const told = tell(type === 'course.cancelled' ? { ...metadata, amount_minor: undefined } : metadata, names);
  const known = sentenceOf.get(type);
  if (known) return known(told);
  const done = type.startsWith('admin.') ? text(metadata.summary) : undefined;
  if (done !== undefined) return `${done}${told.by}${metadata.state === 'partly' ? ', in part' : ''}`;
  return `${label ?? typeLabel(type)}${told.what}`;
}

/** Whether Cortex has a sentence of its own for a type. */
export const isKnownType = (type: string): boolean => sentenceOf.has(type);

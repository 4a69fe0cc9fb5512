import { personFields, type ImportTarget } from '#contracts';
import { addressOf, aheadOf } from '#directory';
import { isPersonal, parseInstant, type Moment, type PersonalFieldId } from '#rules';

/** What a row says about somebody. */
export interface Item {
  row: number;
  address: string;
  email: string;
  fields: Partial<Record<PersonalFieldId, string>>;
  tags: string[];
  attributes: Record<string, unknown>;
  consent?: 'subscribed' | 'unsubscribed';
  /** Since when they are a lead or a customer, as an RFC 3339 instant. */
  createdAt?: string;
}

/** Why a row is left out, and what to do about it. */
export interface RowProblem {
  row: number;
  column: string;
  message: string;
  /** What stands where the address belongs, so that one sees who it is. */
  said: string;
}

const MOST_TAGS = 100;
/** What is older is a slip of the pen, such as the year 0024. */
const OLDEST = Date.UTC(1900, 0, 1);
const saysYes = new Set(['subscribed', 'yes', 'y', 'true', '1', 'ja', 'opt-in', 'opted in', 'optin', 'confirmed']);
const saysNo = new Set(['unsubscribed', 'no', 'n', 'false', '0', 'nein', 'opt-out', 'opted out', 'optout', 'cleaned']);
const saysNothing = new Set(['unknown', 'pending', 'never', 'null', '-']);

/**
 * Reads one row. Empty cells say nothing.
 * @param places the columns that go somewhere, by their number
 * @param row its number, as tables count: the names of columns are row 1
 * @param moment what is later than this is refused; a date without a time begins in its zone
 */
export function readRow(
  cells: readonly string[],
  places: readonly { at: number; column: string; target: ImportTarget }[],
  row: number,
  moment: Moment,
): Item | RowProblem {
  const item: Item = { row, address: '', email: '', fields: {}, tags: [], attributes: {} };
  const addressAt = places.find(({ target }) => target === 'email');
  const said = (addressAt && cells[addressAt.at]) ?? '';
  for (const { at, column, target } of places) {
    const text = cells[at] ?? '';
    if (text === '') continue;
    const message = put(item, target, text, moment);
    if (message !== undefined) return { row, column, message, said };
  }
  if (item.address !== '') return item;
  const message = 'There is no email address. Fill it in, or remove the row.';
  return { row, column: addressAt?.column ?? 'email', message, said };
}

/** Puts a text where it belongs. Answers what is wrong with it. */
function put(item: Item, target: ImportTarget, text: string, moment: Moment): string | undefined {
  if (target === 'email') return putAddress(item, text);
  if (target === 'consent') return putConsent(item, text);
  if (target === 'created_at') return putDate(item, text, moment);
  if (target === 'tags') {
    const tags = text.split(/[,;|]/).flatMap((tag) => tag.trim() || []);
    if (tags.length > MOST_TAGS) return `At most ${MOST_TAGS} tags fit. Remove some.`;
    if (tags.some((tag) => tag.length > 100)) return 'A tag has at most 100 characters. Shorten it.';
    item.tags.push(...tags);
  } else if (isPersonal(target)) {
    const read = personFields[target].unwrap().safeParse(text);
    if (!read.success) return read.error.issues[0]!.message;
    item.fields[target] = read.data;
  } else item.attributes[target.slice('attributes.'.length)] = valueOf(text);
  return undefined;
}

function putAddress(item: Item, text: string): string | undefined {
  const read = personFields.email.safeParse(text);
  const address = read.success ? addressOf(read.data) : undefined;
  if (!read.success || address === undefined) return 'This is not an email address. Correct it, or remove the row.';
  item.email = read.data;
  item.address = address;
  return undefined;
}

function putConsent(item: Item, text: string): string | undefined {
  const said = text.toLowerCase();
  if (saysYes.has(said)) item.consent = 'subscribed';
  else if (saysNo.has(said)) item.consent = 'unsubscribed';
  else if (!saysNothing.has(said)) return 'Write yes or no, or leave it empty.';
  return undefined;
}

function putDate(item: Item, text: string, moment: Moment): string | undefined {
  // Files often have a space where RFC 3339 has a T.
  const read = parseInstant(text.trim().replace(' ', 'T'), moment.timezone);
  if (read === undefined || read < OLDEST)
    return 'Write a date as 2024-03-01, or an instant with its offset as 2024-03-01T09:30:00Z.';
  const at = new Date(read);
  if (aheadOf(moment.now, at, '')) return 'This date is in the future. Correct it, or leave it empty.';
  item.createdAt = at.toISOString();
  return undefined;
}

/** Numbers and yes or no as what they are, where nothing of the text is lost by it. */
function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return String(number) === text && Number.isFinite(number) ? number : text;
}

/** One mailbox: who a mail is from, as a person reads it and as it is addressed. */
export interface Mailbox {
  /** Empty where only an address was given. */
  name: string;
  address: string;
}

const local = /^(?!\.)(?!.*\.\.)[\w'+\-.!#$%&*/=?^`{|}~]{1,64}(?<!\.)$/;
const domain = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/i;
const isAddress = (text: string): boolean => {
  const at = text.lastIndexOf('@');
  return (
    text.length <= LONGEST_ADDRESS && local.test(text.slice(0, Math.max(at, 0))) && domain.test(text.slice(at + 1))
  );
};

/** An international domain in its ASCII form; the part before the @ stays as it is. */
export function withAsciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  const name = address.slice(at + 1);

  if (at < 1 || /^[\x00-\x7f]*$/.test(name)) return address;
  try {
    return `${address.slice(0, at)}@${new URL(`http://${name}`).hostname}`;
  } catch {
    return address;
  }
}

const LONGEST_ADDRESS = 254;
const LONGEST = 320;
/** What ends a header, or is not to be seen. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;
/** What would begin another mailbox, a group or a comment unless it stands within quotation marks. */
const special = /[",;:@\\<>[\]]/;

/**
 * Reads `name@example.com`, `Name <name@example.com>` or `"Name, Ltd" <name@example.com>`: one mailbox, in which
 * nothing can end a header or add another recipient.
 * @returns undefined for anything else
 */
export function readMailbox(text: string): Mailbox | undefined {
  if (text.length > LONGEST || unseen.test(text) || !text.isWellFormed()) return undefined;
  const given = text.trim();
  const [, shown = '', inside] = /^(.*)<([^<>]*)>$/s.exec(given) ?? [undefined, '', given];
  const address = withAsciiDomain(inside!.trim());
  if (!isAddress(address)) return undefined;
  const name = readName(shown.trim());
  return name === undefined ? undefined : { name, address };
}

function readName(text: string): string | undefined {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text);
  if (quoted) return quoted[1]!.replaceAll(/\\(.)/gs, '$1');
  return special.test(text) ? undefined : text;
}

/** What to say of an address that the workspace's list of senders does not have. */
export const senderNotListed = (address: string): string =>
  `${address} is not one of the senders that mail may be from. Choose one of the list in the settings, or have it added there.`;

/** What to say of a text that is none. */
export const mailboxProblem =
  'A sender is one mailbox, written as Name <name@example.com>. Put a name with a comma or the like in quotation marks.';

import type { CompiledContent } from '../content/content.js';
import { htmlFooter, textFooter } from './footer.js';
import { htmlWithProof, textWithProof } from './link-proofs.js';
import { withTracking, type Tracking } from './own-tracking.js';
import { htmlWithUtm, textWithUtm } from '../content/utm.js';

/**
 * What the workspace was when a batch left. Stored with the batch, so that a mail can be shown later
 * as it was sent.
 */
export interface SendFacts {
  provider: 'postmark' | 'outbox';
  /** Postmark's name of the message stream. */
  message_stream: string;
  stream: 'broadcast' | 'transactional';
  public_url: string;
  workspace: { name: string; postal_address: string; timezone?: string };
  /** `Name <address>`. */
  sender: string;
  /** Whose unsubscribe link and header the mail carries. */
  unsubscribe: 'ours' | 'postmark' | 'none';
  /** Postmark counts opens and clicks. */
  track: boolean;
  /** We do. */
  own_tracking?: boolean;
  /** Links to these pages of the shop say who follows them. */
  proof_origins?: string[];
}

/** The person's side of a mail, frozen when it was queued. */
export interface MailData {
  contact: Record<string, unknown>;
  activity?: Record<string, unknown> | null;
  lead?: Record<string, unknown> | null;
  /** To a member of staff who has forgotten their password: the link to set another. */
  reset?: true;
  /** To somebody who signed up by a form: the link that confirms it. */
  confirm?: true;
  /** To a customer: the link to choose a password. */
  password?: true;
}

/** The link that only one mail carries, and that nobody but its reader may have; undefined of other mail. */
export const secretLink = (data: MailData): 'reset' | 'confirm' | 'password' | undefined =>
  data.reset ? 'reset' : data.confirm ? 'confirm' : data.password ? 'password' : undefined;

/** A person made up for previews where nobody was chosen, and what they left in the checkout. */
export const sampleData = {
  contact: { email: 'ada@example.com', first_name: 'Ada', last_name: 'Sample', tags: [], attributes: {} },
  lead: { course_title: 'Sample course', attributes: {} },
} satisfies MailData;

export interface MailLinks {
  unsubscribe: string;
  preferences: string;
  view: string;
  reset: string;
  confirm: string;
  password: string;
  /** Absent where nobody's clicks are to be counted. */
  tracking?: Tracking;
  /** What proves who has followed a link of this mail; absent where it must prove nobody. */
  proof?: string | undefined;
}

export interface RenderedMail {
  from: string;
  subject: string;
  html: string;
  text: string;
  headers: { name: string; value: string }[];
  /** Where answers go; absent: to `from`. */
  reply_to?: string;
}

/** Makes a value fit for one header line: no line breaks or control characters. */
export const oneLine = (value: string): string => value.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();

/** Postmark's own link, which it puts in place of these braces. */
const postmarkUnsubscribe = '{{{ pm:unsubscribe }}}';

/**
 * One person's mail: Liquid filled in, preheader and, on the broadcast stream, footer and headers added, UTM parameters
 * in its links where it has them.
 * @throws TemplateError when a limit is reached.
 */
export function renderMail(
  content: CompiledContent,
  data: MailData,
  facts: SendFacts,
  links: MailLinks,
  from?: string | null,
): RenderedMail {
  const unsubscribe =
    facts.unsubscribe === 'postmark' ? postmarkUnsubscribe : facts.unsubscribe === 'ours' ? links.unsubscribe : '';
  const secret = secretLink(data);
  const given = {
    contact: data.contact ?? {},
    activity: data.activity ?? {},
    lead: data.lead ?? {},
    links: secret ? onlyLink(links, secret) : shownLinks(facts, links, unsubscribe),
    workspace: facts.workspace,
  };
  let html = content.html.render(given);
  let text = content.text(given, html);
  if (facts.stream === 'broadcast') {
    const ways = {
      unsubscribe: facts.unsubscribe === 'ours' ? unsubscribe : '',
      get preferences() {
        return links.preferences;
      },
    };
    html = beforeEnd(html, htmlFooter(html, facts.workspace.postal_address, ways));
    text += textFooter(text, facts.workspace.postal_address, ways);
  }
  if (content.preheader) html = afterBody(html, preheaderBlock(content.preheader.render(given)));
  if (content.utm !== undefined) {
    html = htmlWithUtm(html, content.utm, facts.public_url);
    text = textWithUtm(text, content.utm, facts.public_url);
  }
  ({ html, text } = withOwnLinks({ html, text }, data, facts, links));
  return {
    from: oneLine(from || facts.sender),
    subject: oneLine(content.subject.render(given)).slice(0, 900),
    html,
    text,
    headers:
      facts.unsubscribe === 'ours'
        ? [
            { name: 'List-Unsubscribe', value: `<${unsubscribe}>` },
            { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
          ]
        : [],
    ...(content.replyTo === undefined ? {} : { reply_to: content.replyTo }),
  };
}

/** Both parts with links that say who follows them, and the HTML with links that are counted by us, where they are to be. */
export function withOwnLinks<Parts extends { html: string; text: string }>(
  parts: Parts,
  data: MailData,
  facts: SendFacts,
  links: MailLinks,
): Parts {
  // Whoever follows one of these proves that they have the mail: nobody else is to see the address.
  if (secretLink(data)) return parts;
  let { html, text } = parts;
  const token = facts.proof_origins ? links.proof : undefined;
  if (facts.proof_origins && token !== undefined) {
    const proof = { origins: facts.proof_origins, token };
    html = htmlWithProof(html, proof);
    text = textWithProof(text, proof);
  }
  if (facts.own_tracking && links.tracking) html = withTracking(html, links.tracking);
  return { ...parts, html, text };
}

/** Signed when a template reads it. */
const onlyLink = (links: MailLinks, name: 'reset' | 'confirm' | 'password'): Partial<MailLinks> =>
  Object.defineProperty({}, name, { enumerable: true, get: () => links[name] });

/** The links of the mail that is being rendered; rendering is synchronous. */
let linksNow: MailLinks;
let unsubscribeNow = '';
/**
 * Own properties only, which is all that a template sees; signed when a template reads them. One object for all mails:
 * an object with getters of its own for each costs more than a signature.
 */
const viewAlone: Partial<MailLinks> = {
  get view() {
    return linksNow.view;
  },
};
const allShown: Partial<MailLinks> = {
  get unsubscribe() {
    return unsubscribeNow;
  },
  get preferences() {
    return linksNow.preferences;
  },
  get view() {
    return linksNow.view;
  },
};

function shownLinks(facts: SendFacts, links: MailLinks, unsubscribe: string): Partial<MailLinks> {
  [linksNow, unsubscribeNow] = [links, unsubscribe];
  return facts.unsubscribe === 'none' ? viewAlone : allShown;
}

const preheaderBlock = (preheader: string): string =>
  `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preheader}</div>`;

function beforeEnd(html: string, addition: string): string {
  if (!addition) return html;
  const end = html.toLowerCase().lastIndexOf('</body>');
  return end < 0 ? html + addition : html.slice(0, end) + addition + html.slice(end);
}

function afterBody(html: string, addition: string): string {
  const open = /<body[^>]*>/i.exec(html);
  if (!open) return addition + html;
  const at = open.index + open[0].length;
  return html.slice(0, at) + addition + html.slice(at);
}

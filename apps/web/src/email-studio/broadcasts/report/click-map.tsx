import { useMail } from '../../../outbox/outbox.queries';
import { count, people } from '../../../ui/formatting/format';
import { Section } from '../../../ui/pages/page';
import { Answer } from '../../../ui/feedback/query-states';
import { share } from '../broadcast/broadcast-words';
import type { Report } from './report.queries';

type LinkRow = Report['links'][number];

/** The mail as one person got it, with a number at each link: how many followed it. */
export function ClickMap({ report: { links, counts }, mailId }: { report: Report; mailId: string }) {
  const mail = useMail(mailId);
  return (
    <Section
      title="Clicks on the design"
      note="How many people followed each link. A link that stands in several places has one number for all of them."
    >
      <Answer of={mail} what="The e-mail could not be loaded">
        {(data) => (
          <iframe
            className="click-map"
            title="The e-mail with a number at each link"
            sandbox=""
            referrerPolicy="no-referrer"
            srcDoc={withNumbers(data.html, links, counts.sent)}
            data-testid="click-map"
          />
        )}
      </Answer>
    </Section>
  );
}

/** Cortex's own links lead nowhere in a mail that is shown; the report has each of them as one. */
const OWN = /^(.*)\/preview(?:#(\w+))?$/;

function keyOf(url: string): string {
  const own = OWN.exec(url);
  const meant = own ? `${own[1]}/${own[2] ?? 'm'}` : url.trim();
  return URL.canParse(meant) ? new URL(meant).href : meant;
}

/** The mail's HTML with a number behind each link. It is parsed as a document of its own, in which nothing runs. */
function withNumbers(html: string, links: readonly LinkRow[], sent: number): string {
  const known = new Map(links.filter(({ url }) => url).map((link) => [keyOf(link.url!), link]));
  const mail = new DOMParser().parseFromString(html, 'text/html');
  for (const link of mail.querySelectorAll('a[href]')) {
    const found = known.get(keyOf(link.getAttribute('href')!));
    const badge = mail.createElement('span');
    badge.textContent = `${count(found?.people ?? 0)}`;
    badge.title = found ? `${people(found.people)}, ${share(found.people, sent)} of those sent` : 'Nobody';
    badge.setAttribute(
      'style',
      found && found.people > 0 ? `${BADGE};background:#0f6b5c` : `${BADGE};background:#646d6b`,
    );
    link.append(badge);
    link.removeAttribute('href');
  }
  return `<!doctype html>${mail.documentElement.outerHTML}`;
}

/** In the mail there is no style sheet of ours. */
const BADGE = [
  'display:inline-block',
  'margin:0 0 0 4px',
  'padding:0 6px',
  'border-radius:8px',
  'color:#ffffff',
  'font:600 12px/17px sans-serif',
  'text-decoration:none',
  'vertical-align:middle',
].join(';');

import { linkPlace, type Design } from '#designs';
import { Button } from '@mantine/core';
import { useSettings } from '../../../settings/saving/settings.queries';
import { plural } from '../../../ui/formatting/format';
import { useBrand, useLinkCheck, type Check, type Mail, type Place } from '../mail/designs.queries';
import { EmptyWords } from './empty-words';

interface ChecksPanelProps {
  checks: readonly Check[] | undefined;
  /** Whether there is a place to go to. */
  canShow: (place: Place) => boolean;
  onShow: (place: Place) => void;
  onFix: (check: Check) => void;
  readOnly: boolean;
  /** The mail, for trying its links. */
  html: string | undefined;
  /** The mail as it stands, for counting words that would be empty. */
  mail: Mail;
}

/** What the server found about the mail as it stands: what blocks sending first, then what is worth a look. */
export function ChecksPanel({ checks, canShow, onShow, onFix, readOnly, html, mail }: ChecksPanelProps) {
  const sorted = [...(checks ?? [])].sort((a, b) => Number(b.severity === 'blocks') - Number(a.severity === 'blocks'));
  return (
    <div className="stack" data-testid="checks">
      {checks === undefined ? <p className="label">Checking…</p> : null}
      {checks?.length === 0 ? <p className="sentence">No problems found.</p> : null}
      <ul className="mail-checks">
        {sorted.map((check) => (
          <li key={`${check.pointer} ${check.message}`} data-severity={check.severity}>
            <p className="sentence">{check.message}</p>
            <div className="row">
              <span className="label">{check.severity === 'blocks' ? 'Blocks sending' : 'Worth a look'}</span>
              {canShow(check) ? (
                <Button size="compact-xs" variant="default" onClick={() => onShow(check)}>
                  Go there
                </Button>
              ) : null}
              {check.fix && !readOnly ? (
                <Button size="compact-xs" onClick={() => onFix(check)}>
                  {check.fix.label}
                </Button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
      <EmptyWords mail={mail} canShow={canShow} onShow={onShow} />
      {readOnly || html === undefined ? null : <LinkCheck html={html} mail={mail} canShow={canShow} onShow={onShow} />}
    </div>
  );
}

const MOST_LINKS = 50;

/**
 * The web addresses in a mail, each once.
 * @param own how the links of each reader begin in a preview, which lead nowhere
 */
const linksIn = (html: string, own: string): string[] => {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const found = [...page.querySelectorAll('a[href]')].map((link) => link.getAttribute('href') ?? '');
  const others = found.filter((href) => /^https?:/i.test(href) && !href.startsWith(own));
  return [...new Set(others)].slice(0, MOST_LINKS);
};

interface LinkCheckProps extends Pick<ChecksPanelProps, 'mail' | 'canShow' | 'onShow'> {
  html: string;
}

function LinkCheck({ html, mail, canShow, onShow }: LinkCheckProps) {
  const tried = useLinkCheck();
  const website = useBrand().data?.website;
  const own = `${useSettings().data?.public_url ?? ''}/preview`;
  const placeOf = (url: string): Place | undefined => {
    const { design, html: source } = mail.written;
    const place = linkPlace(url, {
      design: mail.editor === 'mjml' ? (design as Design) : undefined,
      html: source,
      website,
    });
    return place && canShow(place) ? place : undefined;
  };
  const links = tried.data?.links ?? [];
  const wrong = links.filter(({ state }) => state !== 'answers' && state !== 'personal');
  return (
    <div className="stack-tight mail-links">
      <Button
        size="xs"
        variant="default"
        className="start"
        loading={tried.isPending}
        onClick={() => tried.mutate(linksIn(html, own))}
      >
        Try every link
      </Button>
      {tried.error ? <p className="label">{tried.error.message}</p> : null}
      {tried.data ? (
        <p className="label" role="status">
          {links.length === 0
            ? 'There are no links to try.'
            : wrong.length === 0
              ? `${plural(links.length, 'link was tried and works', 'links were tried and work')}.`
              : `${plural(wrong.length, 'link needs', 'links need')} a look:`}
        </p>
      ) : null}
      {wrong.map((link) => {
        const place = placeOf(link.url);
        return (
          <div key={link.url} className="mail-link-broken">
            <span className="code">{link.url}</span>
            <span className="label">{link.message}</span>
            {place ? (
              <Button size="compact-xs" variant="default" className="start" onClick={() => onShow(place)}>
                Go there
              </Button>
            ) : null}
          </div>
        );
      })}
    </div>
  );
}

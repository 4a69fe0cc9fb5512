import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { adminAddresses } from '#contracts';
import { useMay } from '../access/session.queries';
import { Problem } from '../ui/forms/confirm';
import { Answer } from '../ui/feedback/query-states';
import { Time } from '../ui/formatting/time';
import { useMail, useRetryUnknown } from './outbox.queries';
import { mailStateOf } from './mail-states';
import { reasonInWords } from './reason-words';

type Face = 'html' | 'text' | 'headers';

/** Links in a mail open in a tab of their own: the frame itself may load nothing and run nothing. */
const framed = (html: string) =>
  /<head[^>]*>/i.test(html)
    ? html.replace(/<head[^>]*>/i, (head) => `${head}<base target="_blank">`)
    : `<base target="_blank">${html}`;

/** One mail as the person gets it. */
export function MailPage({ id, onBack }: { id: string; onBack?: () => void }) {
  const mail = useMail(id);
  const [face, setFace] = useState<Face>('html');
  const [search] = useSearchParams();
  const retry = useRetryUnknown();
  const mayRetry = useMay('change');
  return (
    <div className="outbox-mail">
      {onBack ? (
        <div className="mail-back">
          <Button variant="default" size="xs" onClick={onBack}>
            All e-mails
          </Button>
        </div>
      ) : null}
      <Answer of={mail} what="This e-mail could not be loaded">
        {(data) => {
          const state = mailStateOf(data);
          const person = new URLSearchParams(search);
          if (data.contact_id) person.set('contact', data.contact_id);
          return (
            <>
              <h2>{data.subject || '(no subject)'}</h2>
              <dl className="mail-facts">
                <dt>From</dt>
                <dd>{data.from ?? 'no sender yet'}</dd>
                <dt>To</dt>
                <dd>{data.contact_id ? <Link to={`?${person}`}>{data.contact_email}</Link> : data.contact_email}</dd>
                {data.reply_to ? (
                  <>
                    <dt>Reply-to</dt>
                    <dd>{data.reply_to}</dd>
                  </>
                ) : null}
                <dt>Status</dt>
                <dd>
                  <span className="pill" data-tone={state.tone}>
                    {state.label}
                  </span>{' '}
                  {data.reason ? <span className="quiet">{reasonInWords(data.reason)}</span> : null}
                </dd>
                <dt>When</dt>
                <dd>
                  <Time at={data.sent_at ?? data.created_at} as="short" />
                </dd>
                <dt>Stream</dt>
                <dd>{data.stream}</dd>
                {data.automation_id ? (
                  <>
                    <dt>Automation</dt>
                    <dd>
                      <Link to={adminAddresses.automation(data.automation_id)}>
                        {data.automation_name ?? 'An automation'}
                      </Link>
                    </dd>
                  </>
                ) : null}
              </dl>
              {data.state === 'unknown' && mayRetry ? (
                <div className="notice stack-tight" data-tone="warning">
                  <p>Postmark could not say whether this e-mail was sent. Sending it again may deliver it twice.</p>
                  {retry.error ? <Problem error={retry.error} /> : null}
                  <div>
                    <Button
                      variant="default"
                      size="xs"
                      disabled={retry.isPending}
                      onClick={() => retry.mutate(data.id)}
                    >
                      Send it again
                    </Button>
                  </div>
                </div>
              ) : null}
              <div>
                <SegmentedControl
                  size="xs"
                  aria-label="Show the e-mail as"
                  value={face}
                  onChange={(next) => setFace(next as Face)}
                  data={[
                    { value: 'html', label: 'E-mail' },
                    { value: 'text', label: 'Plain text' },
                    { value: 'headers', label: 'Headers' },
                  ]}
                />
              </div>
              {face === 'html' ? (
                <iframe
                  className="mail-html"
                  title={`The e-mail “${data.subject}”`}
                  sandbox="allow-popups allow-popups-to-escape-sandbox"
                  referrerPolicy="no-referrer"
                  srcDoc={framed(data.html)}
                />
              ) : face === 'text' ? (
                <pre className="code raw">{data.text || 'No plain text.'}</pre>
              ) : (
                <pre className="code raw">
                  {data.headers.map(({ name, value }) => `${name}: ${value}`).join('\n') || 'No extra headers.'}
                </pre>
              )}
            </>
          );
        }}
      </Answer>
    </div>
  );
}

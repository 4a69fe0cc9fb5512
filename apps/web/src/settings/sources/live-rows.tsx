import { Time } from '../../ui/formatting/time';
import type { LiveReject } from './sources.queries';
import type { LiveActivity } from './use-live-activities';

/** An activity that has just come in, with its data behind it. */
export function LiveActivityRow({ activity }: { activity: LiveActivity }) {
  const { occurred_at, type, sentence, contact_email, source, metadata, is_cut } = activity;
  const isEmpty = Object.keys(metadata).length === 0;
  return (
    <details>
      <summary>
        <Time at={occurred_at} as="clock" /> <span title={type}>{sentence}</span>
        <span className="label">
          {' '}
          {contact_email ?? 'a visitor'} · {source}
        </span>
      </summary>
      <pre className="raw" tabIndex={0}>
        {is_cut
          ? 'The metadata is too long to be shown here.'
          : isEmpty
            ? 'No metadata'
            : JSON.stringify(metadata, undefined, 2)}
      </pre>
    </details>
  );
}

/** A body that was refused, or not used, with the reason; the body is behind it. */
export function LiveRejectRow({ reject }: { reject: LiveReject }) {
  const { at, reason, pointer, route, body, is_cut, unused, source } = reject;
  return (
    <details className="live-reject">
      <summary>
        <Time at={at} as="clock" /> <strong>{unused ? 'Not used' : 'Refused'}</strong> {reason}{' '}
        {pointer && pointer !== '/' ? <span className="code">{pointer}</span> : null}
        <span className="label">
          {' '}
          {source} · <span className="code">{route}</span>
        </span>
      </summary>
      <pre className="raw" tabIndex={0}>
        {body === null ? 'The body was not read.' : `${body}${is_cut ? '\n…' : ''}`}
      </pre>
    </details>
  );
}

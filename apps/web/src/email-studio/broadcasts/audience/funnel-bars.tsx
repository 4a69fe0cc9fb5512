import './audience.css';
import { adminAddresses } from '#contracts';
import { skipLabel } from '#rules';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { count, people, plural } from '../../../ui/formatting/format';
import type { AudienceReason, Funnel } from '../broadcast/broadcasts.queries';

interface FunnelBarsProps {
  funnel: Funnel;
  /** It is being counted anew. */
  stale: boolean;
  /** Its people are colleagues. */
  staff?: boolean;
  /** With the broadcast's id each number leads to its people. */
  id?: string;
}

/** Everybody of the audience, who of them gets none and why, and who is left. */
export function FunnelBars({ funnel, stale, staff = false, id }: FunnelBarsProps) {
  const { candidates, skipped, will_receive } = funnel;
  const reasons = Object.entries(skipped).filter(([, n]) => n > 0);
  const width = (n: number) => ({ width: `${candidates === 0 ? 0 : (n / candidates) * 100}%` });
  const led = (of: AudienceReason | 'all', n: number, words: ReactNode) =>
    id && n > 0 ? (
      <Link to={`${adminAddresses.broadcast(id, 'audience')}&people=${of}`} preventScrollReset>
        {words}
      </Link>
    ) : (
      words
    );
  return (
    <div className="funnel" data-stale={stale || undefined} data-testid="funnel" aria-busy={stale}>
      <ul>
        <li>
          <span>
            {led(
              'all',
              candidates,
              staff
                ? `${plural(candidates, 'colleague works', 'colleagues work')} here`
                : `${people(candidates)} in the audience`,
            )}
          </span>
          <i style={width(candidates)} aria-hidden />
        </li>
        {reasons.map(([reason, n]) => (
          <li key={reason} data-out>
            <span>{led(reason as AudienceReason, n, `− ${count(n)} ${skipLabel(reason) ?? reason}`)}</span>
            <i style={width(n)} aria-hidden />
          </li>
        ))}
        <li data-in>
          <span>{led('will_receive', will_receive, <b>{people(will_receive)}</b>)} will receive it</span>
          <i style={width(will_receive)} aria-hidden />
        </li>
      </ul>
    </div>
  );
}

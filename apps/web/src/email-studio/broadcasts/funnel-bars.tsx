import { skipLabel } from '#rules';
import { count, people } from '../../ui/format';
import type { Funnel } from './broadcasts.queries';

/** Everybody of the audience, who of them gets none and why, and who is left. */
export function FunnelBars({ funnel, stale }: { funnel: Funnel; stale: boolean }) {
  const { candidates, skipped, will_receive } = funnel;
  const reasons = Object.entries(skipped).filter(([, n]) => n > 0);
  const width = (n: number) => ({ width: `${candidates === 0 ? 0 : (n / candidates) * 100}%` });
  return (
    <div className="funnel" data-stale={stale || undefined} data-testid="funnel" aria-busy={stale}>
      <ul>
        <li>
          <span>{people(candidates)} in the audience</span>
          <i style={width(candidates)} aria-hidden />
        </li>
        {reasons.map(([reason, n]) => (
          <li key={reason} data-out>
            <span>
              − {count(n)} {skipLabel(reason) ?? reason}
            </span>
            <i style={width(n)} aria-hidden />
          </li>
        ))}
        <li data-in>
          <span>
            <b>{people(will_receive)}</b> will receive it
          </span>
          <i style={width(will_receive)} aria-hidden />
        </li>
      </ul>
    </div>
  );
}

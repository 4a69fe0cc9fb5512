import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { mailStateWords } from '../../outbox/mail-states';
import type { PeopleFilter } from './report.queries';

export const PEOPLE_PART = 'people';

/** What a mail led to, in the words of the screen. */
export const outcomeWords: Record<NonNullable<PeopleFilter['outcome']>, string> = {
  delivered: 'delivered',
  opened: 'opened',
  clicked: 'clicked',
  not_clicked: 'delivered, not clicked',
  bounced: 'bounced',
  complained: 'complained',
  unsubscribed: 'unsubscribed',
};

const names = ['state', 'reason', 'outcome', 'domain', 'link'] as const;

/** Which people the address asks for; what it cannot mean is left out. */
export function usePeopleFilter(): PeopleFilter {
  const [search] = useSearchParams();
  const given = (name: (typeof names)[number]) => search.get(name) ?? undefined;
  const [state, outcome, link] = [given('state'), given('outcome'), given('link')];
  if (link) return { link };
  if (outcome && Object.hasOwn(outcomeWords, outcome))
    return { outcome: outcome as PeopleFilter['outcome'], domain: given('domain') };
  return {
    state: state && Object.hasOwn(mailStateWords, state) ? (state as PeopleFilter['state']) : undefined,
    reason: given('reason'),
  };
}

/** The address with other people asked for; all else in it stays. */
export function withFilter(search: URLSearchParams, filter: PeopleFilter): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const name of names) {
    const value = filter[name];
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

/** A number of the report that leads to its people, further down on the page. */
export function PeopleLink({ filter, children }: { filter: PeopleFilter; children: ReactNode }) {
  const [search] = useSearchParams();
  return (
    <Link
      to={`?${withFilter(search, filter)}`}
      preventScrollReset
      onClick={() => document.getElementById(PEOPLE_PART)?.scrollIntoView()}
    >
      {children}
    </Link>
  );
}

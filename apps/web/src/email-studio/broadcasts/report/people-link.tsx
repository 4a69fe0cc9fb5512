import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { mailStateWords } from '../../../outbox/mail-states';
import { count } from '../../../ui/formatting/format';
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

/** On what a mail was read, in the words of the screen. */
export const deviceWords: Record<NonNullable<PeopleFilter['device']>, string> = {
  mobile: 'Phone or tablet',
  desktop: 'Computer',
  webmail: 'Webmail',
  unknown: 'Not known',
};
export const isDevice = (name: string): name is keyof typeof deviceWords => Object.hasOwn(deviceWords, name);

const names = ['state', 'reason', 'outcome', 'domain', 'link', 'list', 'device'] as const;

/** Which people the address asks for; what it cannot mean is left out. */
export function usePeopleFilter(): PeopleFilter {
  const [search] = useSearchParams();
  const given = (name: (typeof names)[number]) => search.get(name) ?? undefined;
  const [state, outcome, link, list] = [given('state'), given('outcome'), given('link'), given('list')];
  if (link) return { link };
  if (outcome && Object.hasOwn(outcomeWords, outcome)) {
    const is = outcome as PeopleFilter['outcome'];
    const device = given('device') ?? '';
    if (isDevice(device) && (is === 'opened' || is === 'clicked')) return { outcome: is, device };
    return list ? { outcome: is, list } : { outcome: is, domain: given('domain') };
  }
  if (list) return { list };
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

/** A number that leads to its people; a plain 0 leads nowhere. */
export const peopleOf = (n: number, filter: PeopleFilter): ReactNode =>
  n > 0 ? <PeopleLink filter={filter}>{count(n)}</PeopleLink> : '0';

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

import type { Tx } from '#platform';
import { OTHER_LINKS } from './record.js';

/** Hours after the start that are shown one by one. */
const HOURS = 72;

const outcomes = ['delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'] as const;
type Outcomes = Record<(typeof outcomes)[number], number>;
const none = (): Outcomes =>
  ({ delivered: 0, opened: 0, clicked: 0, bounced: 0, complained: 0, unsubscribed: 0 }) satisfies Outcomes;
const isOutcome = (name: string): name is (typeof outcomes)[number] => (outcomes as readonly string[]).includes(name);

export interface LinkFigures {
  id: string;
  /** As it stood in the mail; null for all links beyond the first few hundred. */
  url: string | null;
  /** Who followed it, each counted once. */
  people: number;
  clicks: number;
  machine_clicks: number;
}

/** The links that were followed, most people first. */
export async function linksOf(tx: Tx, broadcastId: string): Promise<LinkFigures[]> {
  return tx.rows<LinkFigures>(
    `select t.node_id as id, l.url, coalesce(sum(t.n) filter (where t.state = 'people'), 0)::int as people,
       coalesce(sum(t.n) filter (where t.state = 'clicks'), 0)::int as clicks,
       coalesce(sum(t.n) filter (where t.state = 'machine'), 0)::int as machine_clicks
     from cortex.automation_totals t
     left join cortex.broadcast_links l on l.broadcast_id = $1 and l.id = t.node_id::uuid
     where t.automation_id = $1 and t.what = 'link'
     group by t.node_id, l.url order by people desc, clicks desc, (t.node_id = '${OTHER_LINKS}'), l.url`,
    [broadcastId],
  );
}

/** Mails that a program opened. */
export async function machineOpens(tx: Tx, broadcastId: string): Promise<number> {
  const row = await tx.row<{ n: number }>(
    `select coalesce(sum(t.n), 0)::int as n from cortex.automation_totals t
     where t.automation_id = $1 and t.what = 'machine' and t.state = 'opened'`,
    [broadcastId],
  );
  return row!.n;
}

export interface DomainFigures extends Outcomes {
  /** Empty for all domains but the largest. */
  domain: string;
  mails: number;
}

/** The domains with the most mails, and the rest as one, largest first. */
export async function domainsOf(tx: Tx, broadcastId: string): Promise<DomainFigures[]> {
  const rows = await tx.rows<{ domain: string; mails: number; state: string | null; n: number | null }>(
    `select d.domain, d.mails, t.state, t.n from cortex.broadcast_domains d
     left join (
       select o.node_id, o.state, o.n from cortex.automation_totals o
       where o.automation_id = $1 and o.what = 'outcome') t on t.node_id = d.domain
     where d.broadcast_id = $1 order by d.domain = '', d.mails desc, d.domain`,
    [broadcastId],
  );
  const byDomain = new Map<string, DomainFigures>();
  for (const { domain, mails, state, n } of rows) {
    const known = byDomain.get(domain) ?? { domain, mails, ...none() };
    byDomain.set(domain, known);
    if (state !== null && isOutcome(state)) known[state] += n!;
  }
  return [...byDomain.values()];
}

export interface HourFigures extends Pick<Outcomes, 'delivered' | 'opened' | 'clicked'> {
  sent: number;
}

const hourStates = ['sent', 'delivered', 'opened', 'clicked'] as const;

/**
 * What happened in each hour (UTC, whole ones) since it was begun, those without anything left out, and what came later.
 * @param start the hour in which it was begun
 */
export async function hoursOf(tx: Tx, broadcastId: string, start: Date) {
  const part = (table: string) => `
    select c.hour, c.state, c.n from cortex.${table} c
    where c.automation_id = $1 and c.what in ('outcome', 'sent') and c.state = any($4::text[])
      and c.hour >= cortex.hour_of($2::timestamptz)`;
  const rows = await tx.rows<{ hour: Date | null; state: keyof HourFigures; n: number }>(
    `select case when a.hour < cortex.hour_of($2::timestamptz) + make_interval(hours => $3) then a.hour end as hour,
       a.state, sum(a.n)::int as n
     from (${part('automation_hour_counts')} union all ${part('automation_hour_changes')}) a
     group by 1, 2 having sum(a.n) <> 0 order by 1`,
    [broadcastId, start, HOURS, hourStates],
  );
  const nothing = (): HourFigures => ({ sent: 0, delivered: 0, opened: 0, clicked: 0 });
  const later = nothing();
  const byHour = new Map<string, HourFigures>();
  for (const { hour, state, n } of rows) {
    if (hour === null) later[state] += n;
    else {
      const known = byHour.get(hour.toISOString()) ?? nothing();
      known[state] += n;
      byHour.set(hour.toISOString(), known);
    }
  }
  return { hours: [...byHour].map(([hour, figures]) => ({ hour, ...figures })), later };
}

/** The mail that shows what was sent: the first that was frozen. */
export async function firstMail(tx: Tx, broadcastId: string): Promise<string | null> {
  const row = await tx.row<{ id: string }>(
    'select m.id from cortex.messages m where m.broadcast_id = $1 order by m.id limit 1',
    [broadcastId],
  );
  return row?.id ?? null;
}

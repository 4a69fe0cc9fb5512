import type { Tx } from '#platform';

/** Domains that a report shows by themselves. */
const DOMAINS = 10;
/** Different links of one broadcast that are kept; links with something personal in them would be without number. */
const LINKS = 200;
/** The link that stands for all others. */
export const OTHER_LINKS = '00000000-0000-0000-0000-000000000000';

/** Notes where most of the mail goes, once all of it is frozen: outcomes are counted by these domains from here on. */
export const noteDomains = (tx: Tx, broadcastId: string): Promise<number> =>
  tx.run(
    `with by_domain as materialized (
       select lower(split_part(m.contact_email::text, '@', 2)) as domain, count(*)::int as n
       from cortex.messages m where m.broadcast_id = $1 group by 1
     ), largest as (
       select b.domain, b.n from by_domain b where b.domain <> '' order by b.n desc, b.domain limit $2
     )
     insert into cortex.broadcast_domains (broadcast_id, domain, mails)
     select $1, l.domain, l.n from largest l
     union all
     select $1, '', o.n from (
       select (select sum(b.n) from by_domain b)::int - (select coalesce(sum(l.n), 0) from largest l)::int as n) o
     where o.n > 0
     on conflict (broadcast_id, domain) do nothing`,
    [broadcastId, DOMAINS],
  );

/** The signed links of Cortex: each is another one in each mail. */
const OWN_LINK = /^(https?:\/\/[^/]+(?:\/[^/]+)*?\/(?:unsubscribe|preferences|m|reset|confirm))\/[\w-]{66}$/;

export interface Click {
  broadcast_id: string;
  message_id: string;
  url: string;
  at: Date;
  machine: boolean;
  /** On what; null: not known. */
  device?: string | null;
}

/** Notes that a link was followed, in the transaction that records it. The mail's row is locked. */
export async function noteClick(
  tx: Tx,
  { broadcast_id, message_id, url, at, machine, device = null }: Click,
): Promise<void> {
  const link = (OWN_LINK.exec(url)?.[1] ?? url).slice(0, 2_000);
  const known = `select l.id from cortex.broadcast_links l where l.broadcast_id = $1 and l.id = md5($2)::uuid`;
  if (!(await tx.row(known, [broadcast_id, link])))
    await tx.run(
      `insert into cortex.broadcast_links (broadcast_id, id, url)
       select $1, md5($2)::uuid, $2
       where (select count(*) from cortex.broadcast_links l where l.broadcast_id = $1) < $3
       on conflict do nothing`,
      [broadcast_id, link, LINKS],
    );
  await tx.run(
    `insert into cortex.broadcast_clicks (broadcast_id, link_id, message_id, at, machine, device)
     values ($1, coalesce((${known}), '${OTHER_LINKS}'), $3, $4, $5, $6)`,
    [broadcast_id, link, message_id, at, machine, device],
  );
}

/** Clicks of a mail within `seconds` of an instant turned out to be a machine's. */
export const takeBackClicks = (tx: Tx, messageId: string, at: Date, seconds: number): Promise<number> =>
  tx.run(
    `update cortex.broadcast_clicks c set machine = true
     where c.message_id = $1 and not c.machine
       and c.at between $2::timestamptz - make_interval(secs => $3) and $2::timestamptz + make_interval(secs => $3)`,
    [messageId, at, seconds],
  );

/** Notes that a program opened a mail: it counts for nothing but this figure. */
export const noteMachineOpen = (tx: Tx, broadcastId: string, at: Date): Promise<number> =>
  tx.run(
    `insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
     values ($1, cortex.hour_of($2::timestamptz), 'machine', '', 'opened', '', 1)`,
    [broadcastId, at],
  );

import { variantNames } from '#contracts';
import { countByBroadcast, messageTimesIn, presentTimes, type MessageTimes } from '#emails';
import { decodeCursor, encodeCursor, type Tx } from '#platform';
import { partsOf } from '../audience/audience.js';
import { BEFORE_ALL } from '../audience/before-all.js';
import type { BroadcastRow } from '../broadcast/broadcast.queries.js';
import { MAILS_AHEAD, turnsLeft, type TurnsLeft } from '../pacing/turns.js';

/** What a mail led to, or did not: `not_clicked` is delivered and not clicked. */
export type RecipientOutcome =
  'delivered' | 'opened' | 'clicked' | 'bounced' | 'complained' | 'unsubscribed' | 'not_clicked';

export interface RecipientFilter {
  state?: string;
  /** Why they were skipped. */
  reason?: string;
  outcome?: RecipientOutcome;
  /** Beside an outcome: one of the domains of the report. */
  domain?: string;
  /** Who followed this link. */
  link?: string;
  /** Alone or beside an outcome: of this list of the report, or of its own `rules`. */
  list?: string;
  /** Beside `opened` and `clicked`: on what. */
  device?: string;
  limit: number;
  cursor?: string;
}

/** What of a broadcast its people are found by. */
export type ListedOf = Pick<BroadcastRow, 'id' | 'audience'>;

interface RecipientRow extends MessageTimes {
  part: number | string;
  key: string;
  message_id: string | null;
  contact_id: string | null;
  contact_email: string | null;
  state: string;
  reason: string | null;
  /** Which variant of its test they got, from 0 on. */
  variant: number | null;
}

/** Rows `part`, `key` (in this order), and what is known of the mail. Parameters: $1 broadcast, $2 limit, $3 and $4 the cursor. */
interface Source {
  sql: string;
  values: unknown[];
  /** `part` before the first row; null where that is text. */
  start: 0 | null;
}

const mail = `m.id as key, m.id as message_id, m.person_id, m.contact_email, m.state, m.reason, m.variant,
  ${messageTimesIn('m')}`;

/** Mails that fulfil this, in the order in which they were frozen. */
const mails = (condition: string): Source => ({
  sql: `select 0 as part, ${mail} from cortex.messages m
    where m.broadcast_id = $1 and ($3::int = 0 and ($4::uuid is null or m.id > $4::uuid)) and ${condition}
    order by m.id limit $2`,
  values: [],
  start: 0,
});

/** States in which few of the mails of a broadcast are, as `cortex.broadcast_rests` keeps them. */
const rests: ReadonlySet<string> = new Set(['skipped', 'failed', 'uncertain', 'unknown', 'cancelled']);

/** What is in a call is in a batch that is not settled. */
const IN_A_CALL =
  'm.id = any(array(select unnest(s.message_ids) from cortex.send_batches s where s.settled_at is null))';

/** The same of those that came to rest otherwise than sent, in a state $5. */
const atRest = (condition: string): Source => ({
  sql: `select 0 as part, ${mail}
    from cortex.broadcast_rests r join cortex.messages m on m.id = r.message_id
    where r.broadcast_id = $1 and r.state = $5
      and ($3::int = 0 and ($4::uuid is null or r.message_id > $4::uuid)) and ${condition}
    order by r.message_id limit $2`,
  values: [],
  start: 0,
});

/** Up to so many turns are gone through one by one; of more than that, a page is soon full of whatever mails come next. */
const FEW_TURNS = 10_000;

/**
 * The same of those that are queued, $5, where few are left of a million: they stand in the queue, or come after what was
 * put there. Where mails leave by turns, that is the order of the turns, and any mail may be next.
 */
const queued = (condition: string, turns: TurnsLeft): Source => {
  const still = `m.broadcast_id = $1 and $3::int = 0 and ($4::uuid is null or m.id > $4::uuid) and ${condition}`;
  // OFFSET keeps the planner from reading all mails first.
  const among = (ids: string) => `(
    select 0 as part, ${mail} from (select i.message_id from (${ids}) i
      where $4::uuid is null or i.message_id > $4::uuid order by i.message_id) o
    cross join lateral (select m.* from cortex.messages m where m.id = o.message_id offset 0) m
    where ${still} order by o.message_id limit $2)`;
  const behind = (last: string) => `(
    select 0, ${mail} from cortex.messages m where ${still} and m.id > ${last} order by m.id limit $2)`;
  const later = {
    none: () => behind(`coalesce((select b.fed_until from cortex.broadcasts b where b.id = $1), '${BEFORE_ALL}')`),
    few: () => among(MAILS_AHEAD),
    many: () => behind(`'${BEFORE_ALL}'`),
  };
  return {
    sql: `select * from (
      ${among('select o.message_id from cortex.outgoing o where o.broadcast_id = $1')}
      union ${later[turns]()}) q
      order by q.key limit $2`,
    values: [],
    start: 0,
  };
};

function sourceOfState(state: string | undefined, condition: string, turns: TurnsLeft): Source {
  if (state === undefined) return mails(condition);
  if (rests.has(state)) return atRest(condition);
  if (state === 'queued') return queued(condition, turns);
  return mails(state === 'submitting' ? `${condition} and ${IN_A_CALL}` : condition);
}

/**
 * First those with a mail, then those who were left out.
 * @param withMail whether any mail can be among them: where none is, all of them would be read for nothing
 */
function everybody({ state, reason }: RecipientFilter, withMail: boolean, turns: TurnsLeft): Source {
  const asked = '$7::boolean and ($5::text is null or m.state = $5) and ($6::text is null or m.reason = $6)';
  const of = sourceOfState(state, asked, turns);
  return {
    sql: `(${of.sql})
      union all
      (select 1, e.person_id, null, coalesce(g.into_person_id, e.person_id), null, 'skipped', e.reason,
        null, null, null, null, null, null, null, null
      from cortex.broadcast_exclusions e
      left join cortex.person_merges g on g.person_id = e.person_id
      where e.broadcast_id = $1 and coalesce($5, 'skipped') = 'skipped' and ($6::text is null or e.reason = $6)
        and ($3::int = 0 or $4::uuid is null or e.person_id > $4::uuid)
      order by e.person_id limit $2)`,
    values: [state ?? null, reason ?? null, withMail],
    start: 0,
  };
}

/** Which mails of those with an outcome: of one list (null: of any), first opened on one device (null: on any). */
interface Among {
  place: number | null;
  openedOn: string | null;
}

/**
 * By domain, and then as they were frozen: one index for both. Where only some of them are meant, their mails are looked
 * up one by one until the page is full.
 */
function byOutcome(outcome: string, domain: string | undefined, { place, openedOn }: Among): Source {
  const inOrder = `where l.broadcast_id = $1 and l.outcome = $5 and ($6::text is null or l.domain = $6)
        and ($3::text is null or (l.domain, l.message_id) > ($3::text, $4::uuid))
      order by l.domain, l.message_id limit $2`;
  if (place === null && openedOn === null)
    return {
      sql: `select o.domain as part, ${mail}
    from (select l.domain, l.message_id from cortex.broadcast_outcomes l ${inOrder}) o
    join cortex.messages m on m.id = o.message_id`,
      values: [outcome, domain ?? null],
      start: null,
    };
  return {
    // OFFSET keeps the planner from reading all mails first.
    sql: `select l.domain as part, ${mail}
    from cortex.broadcast_outcomes l
    cross join lateral (
      select m.* from cortex.messages m
      where m.id = l.message_id and ($7::smallint is null or $7 = any(m.lists))
        and ($8::text is null or coalesce(m.opened_on, 'unknown') = $8)
      offset 0) m
      ${inOrder}`,
    values: [outcome, domain ?? null, place, openedOn],
    start: null,
  };
}

/** People who followed a link on such a device. */
const byDevice = (device: string): Source => ({
  sql: `select 0 as part, ${mail}
    from (
      select distinct k.message_id from cortex.broadcast_clicks k
      where k.broadcast_id = $1 and coalesce(k.device, 'unknown') = $5 and not k.machine
        and $3::int = 0 and ($4::uuid is null or k.message_id > $4::uuid)
      order by k.message_id limit $2) c
    join cortex.messages m on m.id = c.message_id`,
  values: [device],
  start: 0,
});

/** At which place of the audience a list of the report is: null where there is but one, undefined where it is none. */
function placeOf({ audience }: ListedOf, list: string | undefined): number | null | undefined {
  if (list === undefined) return null;
  if (!audience || audience.staff) return undefined;
  const place = list === 'rules' ? (audience.rules ? audience.include.length : -1) : audience.include.indexOf(list);
  if (place < 0) return undefined;
  return partsOf(audience) === 1 ? null : place;
}

const NOBODY = mails('false');

const byLink = (link: string): Source => ({
  sql: `select 0 as part, ${mail}
    from (
      select distinct k.message_id from cortex.broadcast_clicks k
      where k.broadcast_id = $1 and k.link_id = $5::uuid and not k.machine
        and $3::int = 0 and ($4::uuid is null or k.message_id > $4::uuid)
      order by k.message_id limit $2) c
    join cortex.messages m on m.id = c.message_id`,
  values: [link],
  start: 0,
});

/** Whether the counters know of a mail in this state, skipped for this reason. */
async function hasMail(tx: Tx, broadcastId: string, { state, reason }: RecipientFilter): Promise<boolean> {
  if (state === undefined || (reason !== undefined && state !== 'skipped')) return true;
  const { skipped, ...counts } = (await countByBroadcast(tx, [broadcastId])).get(broadcastId)!;
  if (state !== 'skipped') return new Map<string, number>(Object.entries(counts)).get(state) !== 0;
  return Object.entries(skipped).some(([why, n]) => n > 0 && (reason === undefined || why === reason));
}

async function sourceOf(tx: Tx, broadcast: ListedOf, filter: RecipientFilter): Promise<Source> {
  const broadcastId = broadcast.id;
  const { outcome, domain, link, list, device } = filter;
  if (link !== undefined) return byLink(link);
  const place = placeOf(broadcast, list);
  if (place === undefined) return NOBODY;
  const inList = place === null ? 'true' : `${place}::smallint = any(m.lists)`;
  if (list !== undefined && outcome === undefined) return mails(inList);
  if (outcome === 'clicked' && device !== undefined) return byDevice(device);
  if (outcome === undefined) {
    const turns = filter.state === 'queued' ? await turnsLeft(tx, broadcastId, FEW_TURNS) : 'none';
    return everybody(filter, await hasMail(tx, broadcastId, filter), turns);
  }
  // Where none was delivered, all of them would be read for nothing.
  const any = (await countByBroadcast(tx, [broadcastId])).get(broadcastId)!.delivered > 0;
  if (outcome === 'delivered') return mails(`${any} and m.delivered_at is not null and ${inList}`);
  if (outcome === 'not_clicked')
    return mails(`${any} and m.delivered_at is not null and m.clicked_at is null and ${inList}`);
  return byOutcome(outcome, domain, { place, openedOn: outcome === 'opened' ? (device ?? null) : null });
}

/**
 * A page of the people of a broadcast: first those with a mail, in the order in which it was frozen, then those who were
 * left out. Somebody who is no longer in the directory and has no mail has no address either.
 */
export async function recipientPage(tx: Tx, broadcast: ListedOf, filter: RecipientFilter) {
  const { sql, values, start } = await sourceOf(tx, broadcast, filter);
  const [part, key] = decodeCursor(filter.cursor, 2) ?? [start, null];
  const rows = await tx.rows<RecipientRow>(
    `with listed as (${sql})
     select l.part, l.key, l.message_id, p.id as contact_id,
       coalesce(l.contact_email, p.email, p.address::citext)::text as contact_email, l.state, l.reason, l.variant,
       ${messageTimesIn('l')}
     from listed l left join cortex.people p on p.person_id = l.person_id
     order by l.part, l.key limit $2`,
    [broadcast.id, filter.limit + 1, part, key, ...values],
  );
  const page = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? page.at(-1) : undefined;
  return {
    items: page.map(({ part: _part, key: _key, ...row }) => ({
      ...row,
      variant: row.variant === null ? null : variantNames[row.variant]!,
      ...presentTimes(row),
    })),
    next_cursor: last ? encodeCursor([last.part, last.key]) : null,
  };
}

import { Injectable } from '@nestjs/common';
import { AppError, Database, lockKey, notFound, type Actor, type Tx } from '#platform';

/** Seconds after a tab's last word until it counts as gone; it speaks every ten. */
const GONE = 35;
/** Seconds of quiet after which a step is anybody's again. */
const LEASE = 30;
/** Tabs that may have one automation open. */
const MOST = 50;
/** Milliseconds between two words of a tab; taking over does not wait. */
const BREATH = 200;

const here = `p.seen_at > cortex.now() - interval '${GONE} seconds'`;
const holding = `(p.holds and p.active_at > cortex.now() - interval '${LEASE} seconds')`;

/** One browser tab in which the automation is open. */
export interface PresentTab {
  tab: string;
  email: string;
  name: string;
  /** The open step, `settings`, or null. */
  node_id: string | null;
  /** This tab has the first say on that step. */
  holds: boolean;
}

export interface PresentTabs {
  /** Of the draft, so that whoever is behind fetches what happened. */
  revision: number;
  tabs: PresentTab[];
}

/** What a tab says of itself. */
export interface Word {
  tab: string;
  node_id: string | null;
  /** Something was changed since the last word. */
  active: boolean;
  /** The person wants the step although somebody else holds it. */
  take_over: boolean;
  /** The tab closes. */
  leave: boolean;
}

/** Who has an automation open, and who has the first say on which step. */
@Injectable()
export class Presence {
  constructor(private readonly database: Database) {}

  /** @throws AppError 404 */
  async look(automationId: string): Promise<PresentTabs> {
    return this.database.tx((tx) => seen(tx, automationId));
  }

  /**
   * Keeps a tab present for half a minute. It holds its step if it opened it or was active there while nobody else held
   * it, or if it takes over, and may change the draft at all.
   * @throws AppError 404; 429 when it speaks too often, or too many tabs have this automation open
   */
  async say(actor: Actor, mayHold: boolean, automationId: string, word: Word): Promise<PresentTabs> {
    return this.database.tx(async (tx) => {
      await tx.rows(`select pg_advisory_xact_lock(${lockKey.named("'cortex.presence ' || $1::uuid::text")})`, [
        automationId,
      ]);
      await forget(tx);
      if (word.leave) {
        await tx.run('delete from cortex.presence where automation_id = $1 and tab = $2 and user_id = $3', [
          automationId,
          word.tab,
          actor.id,
        ]);
      } else {
        const modest = mayHold ? word : { ...word, active: false, take_over: false };
        await this.keep(tx, actor, mayHold, automationId, modest);
      }
      return seen(tx, automationId);
    });
  }

  private async keep(tx: Tx, actor: Actor, mayHold: boolean, automationId: string, word: Word): Promise<void> {
    const now = (await tx.row<{ tabs: number; hasty: boolean; held: boolean; own: boolean }>(
      `select count(*)::int as tabs,
         coalesce(bool_or(p.tab = $2 and p.seen_at > cortex.now() - interval '${BREATH} milliseconds'), false) as hasty,
         coalesce(bool_or(p.tab <> $2 and p.node_id = $3 and ${here} and ${holding}), false) as held,
         coalesce(bool_or(p.tab = $2), false) as own
       from cortex.presence p where p.automation_id = $1`,
      [automationId, word.tab, word.node_id],
    ))!;
    if (now.hasty && !word.take_over) throw tooOften(`A tab speaks at most every ${BREATH} ms.`);
    if (!now.own && now.tabs >= MOST) throw tooOften(`${MOST} tabs have this automation open already. Close some.`);
    const free = mayHold && word.node_id !== null && (!now.held || word.take_over);
    if (free && word.take_over)
      await tx.run(
        'update cortex.presence set holds = false where automation_id = $1 and node_id = $2 and tab <> $3 and holds',
        [automationId, word.node_id, word.tab],
      );
    const wanted = word.active || word.take_over;
    // A tab id that is another person's is left alone: tabs choose their ids themselves.
    const written = await tx.run(
      `insert into cortex.presence as p (automation_id, tab, user_id, node_id, holds)
       select id, $2::uuid, $3::text, $4::text, $5::boolean from cortex.automations where id = $1
       on conflict (automation_id, tab) do update set seen_at = excluded.seen_at, node_id = excluded.node_id,
         holds = $5 and (p.holds and p.node_id is not distinct from excluded.node_id
           or $6 or p.node_id is distinct from excluded.node_id),
         active_at = case when $6 or p.node_id is distinct from excluded.node_id then excluded.active_at else p.active_at end
       where p.user_id = excluded.user_id`,
      [automationId, word.tab, actor.id, word.node_id, free, wanted],
    );
    if (written === 0) throw notFound('automation');
  }
}

/** Changes whenever somebody comes, goes, opens a step or loses the say on it, or a draft that is looked at is changed. */
export async function presenceMarks(database: Database): Promise<Record<string, string>> {
  const rows = await database.rows<{ id: string; mark: string }>(
    `select a.id, a.revision || ':' || string_agg(p.tab || coalesce(p.node_id, '') || ${holding}, ' ' order by p.tab) as mark
     from cortex.presence p join cortex.automations a on a.id = p.automation_id
     where ${here} group by a.id`,
  );
  return Object.fromEntries(rows.map(({ id, mark }) => [id, mark]));
}

const tooOften = (detail: string) => new AppError('too_many_requests', detail, { facts: { retry_after: 1 } });

/** Whoever is gone leaves no row, here or elsewhere. */
const forget = (tx: Tx): Promise<number> =>
  tx.run(
    `delete from cortex.presence where (automation_id, tab) in (
       select p.automation_id, p.tab from cortex.presence p where not (${here}) limit 200 for update skip locked)`,
  );

async function seen(tx: Tx, automationId: string): Promise<PresentTabs> {
  const draft = await tx.row<{ revision: number }>('select revision from cortex.automations where id = $1', [
    automationId,
  ]);
  if (!draft) throw notFound('automation');
  const tabs = await tx.rows<PresentTab>(
    `select p.tab, u.email, u.name, p.node_id, ${holding} as holds
     from cortex.presence p join cortex_staff."user" u on u.id = p.user_id
     where p.automation_id = $1 and ${here} order by p.tab limit ${MOST}`,
    [automationId],
  );
  return { revision: draft.revision, tabs };
}

import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { liftForPostmark, streams, type Stream } from '#emails';
import { closeAttention, Config, Database, LOG, openAttention, retryLaws, type Log, type Tx } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { z } from 'zod';
import { applyToAddress } from '../reports/postmark-meaning.js';
import { GATEWAY, type PostmarkGateway, type PostmarkSuppression } from '../postmark/postmark.client.js';

/** Brings our list of suppressions and Postmark's in step. */
export const mirrorSuppressions = defineJob({
  name: 'send.suppressions_mirror',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
});

/** Postmark takes no more addresses in a call. */
const perCall = 50;
const mostCalls = 400;
const perTransaction = 500;
/** What Postmark says of its own list is up to a minute old; what we know is left alone for longer. In minutes. */
const settled = 60;
/** So many lost reactivations in one night are one: more, and a wrong answer is more likely. */
const mostLifts = { count: 20, share: 0.2 };

interface Due {
  address: string;
}

/** Who must not get mail, told to Postmark when it changes, and asked of it every night. */
@Injectable()
export class SuppressionMirror implements JobHandlers, OnApplicationShutdown {
  private readonly inHand = new Set<Promise<unknown>>();

  /** @param gateway null: there is no list but ours */
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    @Inject(GATEWAY) private readonly gateway: PostmarkGateway | null,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(mirrorSuppressions, async () => {
      await this.push();
      await this.pull();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.inHand);
  }

  /** Tells Postmark what changed, without being waited for; what fails is told at night. */
  pushSoon(): void {
    if (!this.gateway) return;
    const work = this.push().catch((error: Error) => this.log.warn({ err: error }, 'Postmark was not told'));
    this.inHand.add(work);
    void work.finally(() => this.inHand.delete(work));
  }

  /** Tells Postmark of whom we suppressed and whom we let go. Answers how many it was told of. */
  async push(): Promise<number> {
    const { gateway } = this;
    if (!gateway) return 0;
    let told = 0;
    let kept = 0;
    for (const stream of streams) {
      for (let call = 0; call < mostCalls; call += 1) {
        const due = await this.database.rows<Due>(DUE_TO_ADD, [stream, perCall]);
        if (due.length === 0) break;
        if (!(await gateway.suppress(this.nameOf(stream), addressesOf(due)))) return told;
        told += await this.markTold('cortex.suppressions', stream, due);
      }
      for (let call = 0; call < mostCalls; call += 1) {
        const due = await this.database.rows<Due>(DUE_TO_REMOVE, [stream, perCall]);
        if (due.length === 0) break;
        const refused = await gateway.unsuppress(this.nameOf(stream), addressesOf(due));
        if (!refused) return told;
        kept += refused.length;
        told += await this.markTold('cortex.suppression_lifts', stream, due);
      }
    }
    if (kept > 0) await this.database.tx((tx) => noticeKept(tx, kept));
    return told;
  }

  /** Takes over what Postmark has and we have not, and lets go whom Postmark let go. Answers how many changed. */
  async pull(): Promise<{ taken: number; lifted: number }> {
    if (!this.gateway) return { taken: 0, lifted: 0 };
    const lists = new Map<Stream, PostmarkSuppression[]>();
    for (const stream of streams) {
      const list = await this.gateway.suppressions(this.nameOf(stream));
      // Of half an answer nothing can be concluded.
      if (!list) return { taken: 0, lifted: 0 };
      lists.set(stream, list);
    }
    let taken = 0;
    for (const [stream, list] of lists) {
      for (let at = 0; at < list.length; at += perTransaction) {
        taken += await this.take(stream, list.slice(at, at + perTransaction));
      }
    }
    return { taken, lifted: await this.lift(lists) };
  }

  private async take(stream: Stream, list: readonly PostmarkSuppression[]): Promise<number> {
    return this.database.tx(async (tx) => {
      const news = await tx.rows<{ ord: number }>(UNKNOWN_HERE, [stream, JSON.stringify(list)]);
      for (const { ord } of news) {
        const { address, reason, origin, at } = list[ord - 1]!;
        const change = { Recipient: address, SuppressSending: true, SuppressionReason: reason, Origin: origin };
        await applyToAddress(tx, { RecordType: 'SubscriptionChange', ...change, ChangedAt: at }, stream);
      }
      return news.length;
    });
  }

  private async lift(lists: ReadonlyMap<Stream, readonly PostmarkSuppression[]>): Promise<number> {
    const there = new Map([...lists].map(([stream, list]) => [stream, new Set(list.map(({ address }) => address))]));
    const anywhere = (address: string) => [...there.values()].some((addresses) => addresses.has(address));
    const gone: { address: string; stream: Stream }[] = [];
    let known = 0;
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = await this.database.rows<{ id: string; address: string; stream: Stream; reason: string }>(
        FROM_THEM,
        [after, perTransaction, settled],
      );
      for (const { address, stream, reason } of rows) {
        known += 1;
        // A bounce is put on both streams here and stands on one there.
        if (reason === 'manual' ? !there.get(stream)!.has(address) : !anywhere(address)) gone.push({ address, stream });
      }
      if (rows.length < perTransaction) break;
      after = rows.at(-1)!.id;
    }
    if (gone.length > Math.max(mostLifts.count, known * mostLifts.share)) {
      await this.database.tx((tx) => noticeVanished(tx, gone.length, known));
      return 0;
    }
    await this.database.tx(async (tx) => {
      await closeAttention(tx, 'suppressions_vanished');
      for (const { address, stream } of gone) await liftForPostmark(tx, address, stream);
      await tx.run(
        `update cortex.suppression_lifts set mirrored_at = cortex.now()
         where (address, stream) in (select a, s from unnest($1::text[], $2::text[]) g(a, s))`,
        [gone.map(({ address }) => address), gone.map(({ stream }) => stream)],
      );
    });
    return gone.length;
  }

  private async markTold(table: string, stream: Stream, due: readonly Due[]): Promise<number> {
    await this.database.run(
      `update ${table} set mirrored_at = cortex.now() where stream = $1 and address = any($2::text[])`,
      [stream, addressesOf(due)],
    );
    return due.length;
  }

  private nameOf(stream: Stream): string {
    const { env } = this.config;
    return stream === 'broadcast' ? env.POSTMARK_BROADCAST_STREAM : env.POSTMARK_TRANSACTIONAL_STREAM;
  }
}

const addressesOf = (due: readonly Due[]): string[] => due.map(({ address }) => address);

/** Sample people never leave this machine. */
const notSample = (row: string) =>
  `not exists (select from cortex.people p where p.address = ${row}.address and p.demo)`;

/** Of an address once, whatever its reasons. */
const DUE_TO_ADD = `
  select distinct s.address from cortex.suppressions s
  where s.stream = $1 and s.mirrored_at is null and not starts_with(s.origin, 'postmark') and ${notSample('s')}
  order by s.address limit $2`;

const DUE_TO_REMOVE = `
  select distinct l.address from cortex.suppression_lifts l
  where l.stream = $1 and (l.mirrored_at is null or l.mirrored_at < l.lifted_at) and ${notSample('l')}
    and not exists (select from cortex.suppressions s where s.address = l.address and s.stream = l.stream)
  order by l.address limit $2`;

const FROM_THEM = `
  select s.id, s.address, s.stream, s.reason from cortex.suppressions s
  where s.id > $1 and starts_with(s.origin, 'postmark') and s.reason <> 'spam_complaint'
    and coalesce(s.repeated_at, s.created_at) < cortex.now() - make_interval(mins => $3)
  order by s.id limit $2`;

/** Which entries of Postmark's list say something new, by their place in it. */
const UNKNOWN_HERE = `
  select g.ord::int as ord
  from rows from (jsonb_to_recordset($2::jsonb) as (address text, reason text, origin text, at timestamptz))
    with ordinality as g(address, reason, origin, at, ord)
  -- Who was erased is suppressed here without their address.
  where not cortex.is_erased(cortex.address(g.address::public.citext)) and case
    when g.reason = 'ManualSuppression' and g.origin = 'Recipient' then exists (
      select from cortex.people p where p.address = g.address and p.consent_status <> 'unsubscribed'
        and coalesce(p.consent_at, '-infinity') < g.at)
    -- Whom we have put there ourselves stands there without our reason.
    when g.reason = 'ManualSuppression' then not exists (
        select from cortex.suppressions s where s.address = g.address and s.stream = $1)
      and not exists (select from cortex.suppression_lifts l
        where l.address = g.address and l.stream = $1 and l.reason = 'manual' and l.lifted_at > g.at)
    else not exists (select from cortex.suppressions s where s.address = g.address and s.stream = $1
        and s.reason = case g.reason when 'SpamComplaint' then 'spam_complaint' else 'hard_bounce' end)
      and not exists (select from cortex.suppression_lifts l where l.address = g.address and l.stream = $1
        and l.reason = case g.reason when 'SpamComplaint' then 'spam_complaint' else 'hard_bounce' end and l.lifted_at > g.at)
  end
  order by g.ord`;

const noticeKept = (tx: Tx, count: number): Promise<void> =>
  openAttention(tx, {
    key: 'suppressions_kept',
    kind: 'suppressions_kept',
    title: `Postmark still suppresses ${count === 1 ? 'an address' : `${count} addresses`} that you allowed again`,
    detail:
      'Postmark does not let go of an address whose owner marked mail as spam. Ask Postmark’s support if it has to get mail again.',
    facts: { count },
  });

const noticeVanished = (tx: Tx, count: number, known: number): Promise<void> =>
  openAttention(tx, {
    key: 'suppressions_vanished',
    kind: 'suppressions_vanished',
    title: 'Postmark’s suppression list has become much shorter',
    detail: `${count} of ${known} addresses that Postmark had suppressed are no longer on its list. They stay suppressed here. Check the message streams and the server token, then lift them by hand if that is right.`,
    facts: { count, known },
  });

import type { Database, Tx } from '#platform';

/** Mails cancelled in one transaction. */
const CHUNK = 5_000;

/**
 * Cancels what waits to be sent of automations that were stopped or archived, by chunks. Nothing of theirs is claimed
 * from the moment they are; what had been claimed before leaves. Can be done again where it was cut short.
 * @returns how many were cancelled
 */
export async function cancelWaiting(database: Database): Promise<number> {
  let cancelled = 0;
  for (;;) {
    const { looked, n } = await database.tx(chunk);
    cancelled += n;
    if (looked < CHUNK) return cancelled;
  }
}

/** The same in the caller's transaction, for whoever is about to let an automation run again. */
export async function cancelWaitingNow(tx: Tx): Promise<void> {
  for (;;) if ((await chunk(tx)).looked < CHUNK) return;
}

const chunk = async (tx: Tx): Promise<{ looked: number; n: number }> =>
  (await tx.row<{ looked: number; n: number }>(
    `with gone as materialized (
       select o.ctid as place, o.message_id from cortex.outgoing o
       join cortex.automations a on a.id = o.automation_id and a.status in ('stopped', 'archived')
       limit ${CHUNK} for update of o skip locked
     ), removed as (
       delete from cortex.outgoing o where o.ctid = any(array(select g.place from gone g))
     ), cancelled as (
       update cortex.messages m set state = 'cancelled', reason = 'its automation was stopped'
       where m.id = any(array(select g.message_id from gone g)) and m.state = 'queued'
       returning 1
     )
     select (select count(*)::int from gone) as looked, (select count(*)::int from cancelled) as n`,
  ))!;

import type { Tx } from '#platform';

/**
 * Lets the mails of a new version also reach those who finish on an earlier one: what has not been queued yet, and what
 * is queued and has not been sent. Whom a mail is from and on which stream it goes stays as in their version.
 * @returns how many queued mails have other words now
 */
export async function rewordEarlier(
  tx: Tx,
  automationId: string,
  version: { id: string; number: number },
): Promise<number> {
  await tx.run(
    `insert into cortex.reworded_mails (automation_id, node_id, version, content_id)
     select v.automation_id, p.key, v.number, p.value::uuid
     from cortex.automation_versions v cross join lateral jsonb_each_text(v.pins) p
     where v.id = $1
     on conflict (automation_id, node_id) do update set version = excluded.version, content_id = excluded.content_id`,
    [version.id],
  );
  // By the queue, which is short, to the messages in it.
  return tx.run(
    `update cortex.messages m set content_id = r.content_id
     from cortex.outgoing o, cortex.reworded_mails r
     where o.automation_id = $1 and o.version < $2 and m.id = o.message_id and m.state = 'queued'
       and r.automation_id = $1 and r.node_id = m.node_id and m.content_id <> r.content_id`,
    [automationId, version.number],
  );
}

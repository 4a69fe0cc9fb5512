import type { Tx } from '#platform';

/** What stands in the place of a mail's text that is kept no longer. */
const GONE = 'The text of this e-mail is kept no longer.';

/** Texts that something may still send, or that belong to mails which are younger than `$1`. */
const USED = `
  select m.content_id as id from cortex.messages m
  where m.created_at >= $1::timestamptz or m.state in ('queued', 'submitting', 'uncertain', 'unknown')
  union select b.content_id from cortex.broadcasts b where b.status not in ('sent', 'failed', 'cancelled')
  union select unnest(b.variant_contents) from cortex.broadcasts b where b.status not in ('sent', 'failed', 'cancelled')
  union select p.value::uuid from cortex.automation_versions v cross join lateral jsonb_each_text(v.pins) p
  union select r.content_id from cortex.reworded_mails r`;

/**
 * Takes texts of mails out of the list in which new mails find theirs, by their hash. They keep what they say: whoever
 * has just found one may still queue a mail with it.
 */
export async function setOldTextsAside(tx: Tx, before: Date): Promise<void> {
  await tx.run(
    `with used as materialized (${USED})
     update cortex.mail_contents c set hash = sha256(c.id::text::bytea)
     where c.created_at < $1::timestamptz and c.hash <> sha256(c.id::text::bytea)
       and c.id not in (select u.id from used u where u.id is not null)`,
    [before],
  );
}

/** Empties the texts that were set aside in an earlier night and are used by nobody. @returns how many */
export function emptyOldTexts(tx: Tx, before: Date): Promise<number> {
  return tx.run(
    `with used as materialized (${USED})
     update cortex.mail_contents c set subject = '', preheader = '', html = '<p>' || $2::text || '</p>', text = $2::text
     where c.hash = sha256(c.id::text::bytea) and c.text is distinct from $2::text and c.html <> ''
       and c.created_at < $1::timestamptz and c.id not in (select u.id from used u where u.id is not null)`,
    [before, GONE],
  );
}

import { recordAudit, systemActor, type Tx } from '#platform';
import type { MailContent } from '../content/content.js';
import { keepVersion } from '../templates/template-versions.js';
import { storeContents, type StoredContent } from './queue-mail.js';

/** A mail that Cortex sends by itself, whose words can be changed in the email studio like those of any template. */
export interface SystemMail {
  /** Of the template, the same in every installation. */
  template_id: string;
  name: string;
  /** What it says until somebody changes it. */
  content: MailContent;
  /** What its HTML must hold to be sent, such as the link that it is about; a version without it is passed over. */
  needs?: string;
}

const cortex = systemActor('Cortex');

/**
 * Freezes what a system mail says now, for `queueMail`'s `content_id`: the newest version that an administrator approved.
 * Makes the template where there is none yet.
 */
export async function pinSystemMail(tx: Tx, mail: SystemMail): Promise<string> {
  await makeSystemMail(tx, mail);
  const approved = await tx.row<StoredContent & { template_id: string; template_version: number }>(
    `select v.template_id, v.number as template_version, v.subject, v.preheader, v.html,
       coalesce(v.text, v.generated_text) as text
     from cortex.template_versions v
     where v.template_id = $1 and v.stream = 'transactional' and v.approved_at is not null
       and position($2 in v.html) > 0
     order by v.number desc limit 1`,
    [mail.template_id, mail.needs ?? ''],
  );
  return (await storeContents(tx, [approved ?? mail.content]))[0]!;
}

/** Makes its template where there is none, as if an administrator had written and approved it. */
export async function makeSystemMail(tx: Tx, { template_id, name, content }: SystemMail): Promise<void> {
  const made = await tx.run(
    `insert into cortex.templates (id, name, stream, editor, subject, preheader, html, text, created_by)
     values ($1, $2, 'transactional', 'html', $3, $4, $5, $6, $7) on conflict (id) do nothing`,
    [template_id, name, content.subject, content.preheader ?? '', content.html, content.text ?? null, cortex.label],
  );
  if (made === 0) return;
  await keepVersion(tx, template_id, cortex);
  await tx.run(
    `update cortex.template_versions set approved_at = cortex.now(), approved_by = $2 where template_id = $1`,
    [template_id, cortex.label],
  );
  await recordAudit(tx, cortex, {
    action: 'template.created',
    targetKind: 'template',
    targetId: template_id,
    after: { name, version: 1 },
  });
}

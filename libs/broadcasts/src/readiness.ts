import { checkAside, type MailContent, type StoredContent } from '#emails';
import { AppError, type FieldError, type Tx } from '#platform';
import type { Audience } from './audience.js';
import type { BroadcastRow } from './broadcast.queries.js';

export const audienceOf = (row: BroadcastRow): Audience => ({
  include: row.include_smart_list_ids,
  exclude: row.exclude_smart_list_ids,
  rules: row.rules,
});

/** Says all that keeps a broadcast from being sent. */
export const notReady = (errors: FieldError[]): AppError =>
  new AppError('broadcast_not_ready', `This broadcast cannot be sent yet. ${errors[0]!.message}`, { errors });

/**
 * What a broadcast says: its template's text or its own, with its own subject and preheader before the template's.
 * Parts that are not written yet are empty.
 */
export async function contentOf(tx: Tx, row: BroadcastRow): Promise<StoredContent & { stream: string }> {
  const { reply_to, utm } = row;
  if (row.template_id === null) {
    const { subject, preheader, html } = row;
    return { subject, preheader, html, text: row.text ?? row.generated_text, reply_to, utm, stream: 'broadcast' };
  }
  const template = await tx.row<MailContent & { template_id: string; template_version: number; stream: string }>(
    `select t.subject, t.preheader, t.html, coalesce(t.text, t.generated_text) as text, t.id as template_id,
       t.version as template_version, t.stream
     from cortex.templates t where t.id = $1`,
    [row.template_id],
  );
  if (!template) return { subject: row.subject, html: '', stream: 'broadcast' };
  const preheader = row.preheader || template.preheader;
  return { ...template, subject: row.subject || template.subject, preheader, reply_to, utm };
}

/** What a broadcast says, and everything that is missing or wrong with it. Who is in its audience is not asked. */
export async function checkedContent(
  tx: Tx,
  row: BroadcastRow,
): Promise<{ content: StoredContent; errors: FieldError[] }> {
  const { stream, ...content } = await contentOf(tx, row);
  const problems = await checkAside(content);
  const errors: FieldError[] = problems
    .filter(({ severity }) => severity === 'blocks')
    .map(({ pointer, message }) => ({ pointer, message }));
  if (stream !== 'broadcast') {
    const message = 'The template is for system mail. Choose one for marketing mail.';
    errors.push({ pointer: '/template_id', message });
  }
  for (const part of ['source', 'medium', 'campaign'] as const)
    if (row.utm?.[part] === '')
      errors.push({ pointer: `/utm/${part}`, message: `Fill in the UTM ${part}, or turn the UTM tags off.` });
  const { include, rules } = audienceOf(row);
  if (include.length === 0 && rules === null) {
    const message = 'Choose who gets it: at least one list, or rules.';
    errors.push({ pointer: '/include_smart_list_ids', message });
  }
  return { content, errors };
}

/**
 * The content of a broadcast that may leave.
 * @throws AppError 422 with everything that is missing or wrong
 */
export async function readyContent(tx: Tx, row: BroadcastRow): Promise<StoredContent> {
  const { content, errors } = await checkedContent(tx, row);
  if (errors.length > 0) throw notReady(errors);
  return content;
}

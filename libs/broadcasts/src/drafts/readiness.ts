import { variantNames } from '#contracts';
import { allowedSenders, checkAside, type MailContent, type StoredContent } from '#emails';
import { AppError, type FieldError, type Tx } from '#platform';
import { hasWayOut, readMailbox, senderNotListed } from '#rules';
import type { Audience } from '../audience/audience.js';
import type { BroadcastRow } from '../broadcast/broadcast.queries.js';
import { fieldsOf, streamOf } from './draft-fields.js';
import { variantsOf } from '../broadcast/variants.js';
import { waysProblems } from '../pacing/ways.js';

export const audienceOf = (row: BroadcastRow): Audience =>
  row.to_staff
    ? { staff: true, include: [], exclude: [], rules: null }
    : {
        staff: false,
        include: row.include_smart_list_ids,
        exclude: row.exclude_smart_list_ids,
        rules: row.rules,
      };

/** Says all that keeps a broadcast from being sent. */
export const notReady = (errors: FieldError[]): AppError =>
  new AppError('broadcast_not_ready', `This broadcast cannot be sent yet. ${errors[0]!.message}`, { errors });

/**
 * What a broadcast says: its template's text or its own, with its own subject and preheader before the template's.
 * Parts that are not written yet are empty.
 */
export async function contentOf(tx: Tx, row: BroadcastRow): Promise<StoredContent & { stream: string }> {
  const { reply_to, utm } = row;
  const stream = streamOf(fieldsOf(row).audience);
  if (row.template_id === null) {
    const { subject, preheader, html } = row;
    return { subject, preheader, html, text: row.text ?? row.generated_text, reply_to, utm, stream };
  }
  const template = await tx.row<MailContent & { template_id: string; template_version: number; stream: string }>(
    `select t.subject, t.preheader, t.html, coalesce(t.text, t.generated_text) as text, t.id as template_id,
       t.version as template_version, t.stream
     from cortex.templates t where t.id = $1`,
    [row.template_id],
  );
  if (!template) return { subject: row.subject, html: '', stream };
  const preheader = row.preheader || template.preheader;
  return { ...template, subject: row.subject || template.subject, preheader, reply_to, utm };
}

/** Problems of one variant, at the place where they are put right. */
async function contentProblems(row: BroadcastRow, variant: number, content: StoredContent & { stream: string }) {
  const own = row.test?.variants[variant] ?? {};
  const problems = await checkAside(content);
  const errors: FieldError[] = problems.filter(({ severity }) => severity === 'blocks');
  if (content.stream !== streamOf(fieldsOf(row).audience)) {
    const message = row.to_staff
      ? 'The template is for marketing mail. Choose one for system mail, which has no unsubscribe link.'
      : 'The template is for system mail. Choose one for marketing mail.';
    errors.push({ pointer: '/template_id', message });
  }
  if (row.to_staff) errors.push(...wayOutProblems(row, content));
  for (const part of ['source', 'medium', 'campaign'] as const)
    if (row.utm?.[part] === '')
      errors.push({ pointer: `/utm/${part}`, message: `Fill in the UTM ${part}, or turn the UTM tags off.` });
  return errors.map(({ pointer, message }) => ({
    pointer: pointer.slice(1) in own ? `/test/variants/${variant}${pointer}` : pointer,
    message,
  }));
}

/** Colleagues have nothing to unsubscribe from. */
function wayOutProblems(row: BroadcastRow, content: StoredContent): FieldError[] {
  const part = (['subject', 'preheader', 'html', 'text'] as const).find((one) => hasWayOut(content[one] ?? ''));
  if (part === undefined) return [];
  const message = 'Colleagues cannot unsubscribe from it. Take the unsubscribe link out.';
  return [{ pointer: row.template_id === null ? `/${part}` : '/template_id', message }];
}

/** What is for marketing only. */
function staffProblems({ topic_id, holdout_percent, spread, local_time, test }: BroadcastRow): FieldError[] {
  const only = (pointer: string, what: string) => ({
    pointer,
    message: `${what} is for broadcasts to people. A broadcast to colleagues leaves all at once; take it out.`,
  });
  return [
    ...(topic_id !== null ? [only('/topic_id', 'A topic')] : []),
    ...(holdout_percent > 0 ? [only('/holdout_percent', 'A hold-out')] : []),
    ...(spread ? [only('/spread', 'Spreading it over some time')] : []),
    ...(local_time ? [only('/local_time', 'Each person’s own time of day')] : []),
    ...(test ? [only('/test', 'A test')] : []),
  ];
}

/** A sender of its own is one of those that mail may name. */
async function senderProblems(tx: Tx, { email_from }: BroadcastRow): Promise<FieldError[]> {
  if (!email_from) return [];
  const allowed = await allowedSenders(tx);
  const address = readMailbox(email_from)?.address.toLowerCase() ?? email_from;
  if (!allowed || allowed.has(address)) return [];
  return [{ pointer: '/from', message: senderNotListed(address) }];
}

/** Two variants that say the same are no test; and people must want one topic, whichever they get. */
async function testProblems(tx: Tx, row: BroadcastRow, contents: readonly StoredContent[]): Promise<FieldError[]> {
  if (!row.test) return [];
  const errors: FieldError[] = [];
  const said = contents.map(({ subject, preheader, html, text }) => JSON.stringify([subject, preheader, html, text]));
  said.forEach((one, at) => {
    const same = said.indexOf(one);
    if (same === at) return;
    const message = `Variants ${variantNames[same]!} and ${variantNames[at]!} say the same. Change one of them.`;
    errors.push({ pointer: `/test/variants/${at}`, message });
  });
  const variants = variantsOf(row);
  const topics = await tx.rows<{ topic: string }>(
    `select distinct coalesce(t.topic_id::text, '') as topic from cortex.templates t where t.id = any($1::uuid[])`,
    [variants.flatMap(({ template_id }) => template_id ?? [])],
  );
  // What has no template has no topic.
  const asked = new Set(topics.map(({ topic }) => topic));
  if (variants.some(({ template_id }) => template_id === null)) asked.add('');
  if (row.topic_id === null && asked.size > 1)
    errors.push({ pointer: '/topic_id', message: 'The designs of the test have different topics. Choose one topic.' });
  return errors;
}

/**
 * What a broadcast says, in each variant of its test, and everything that is missing or wrong with it. Who is in its
 * audience is not asked.
 */
export async function checkedContent(
  tx: Tx,
  row: BroadcastRow,
): Promise<{ contents: StoredContent[]; errors: FieldError[] }> {
  const contents: StoredContent[] = [];
  const errors: FieldError[] = [];
  for (const [at, variant] of variantsOf(row).entries()) {
    const content = await contentOf(tx, variant);
    for (const error of await contentProblems(row, at, content))
      if (!errors.some(({ pointer, message }) => pointer === error.pointer && message === error.message))
        errors.push(error);
    const { stream: _stream, ...stored } = content;
    contents.push(stored);
  }
  if (errors.length === 0) errors.push(...(await testProblems(tx, row, contents)));
  const { include, rules } = audienceOf(row);
  if (row.to_staff) errors.push(...staffProblems(row));
  else if (include.length === 0 && rules === null) {
    const message = 'Choose who gets it: at least one list, or rules.';
    errors.push({ pointer: '/include_smart_list_ids', message });
  }
  errors.push(...waysProblems(row), ...(await senderProblems(tx, row)));
  return { contents, errors };
}

/**
 * The content of a broadcast that may leave: one, or one for each variant of its test.
 * @throws AppError 422 with everything that is missing or wrong
 */
export async function readyContents(tx: Tx, row: BroadcastRow): Promise<StoredContent[]> {
  const { contents, errors } = await checkedContent(tx, row);
  if (errors.length > 0) throw notReady(errors);
  return contents;
}

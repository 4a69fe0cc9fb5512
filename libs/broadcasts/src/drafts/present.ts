import type { MessageCounts } from '#emails';
import type { FieldError } from '#platform';
import type { BroadcastRow } from '../broadcast/broadcast.queries.js';
import { fieldsOf, streamOf } from './draft-fields.js';
import type { OwnTimes } from '../pacing/ways.js';

const instant = (at: Date | null): string | null => at?.toISOString() ?? null;

/** A broadcast as its list shows it. */
export const presentListed = (row: BroadcastRow, counts: MessageCounts) => ({
  id: row.id,
  name: row.name,
  status: row.status,
  revision: row.revision,
  subject: row.subject,
  preheader: row.preheader,
  from: row.email_from,
  reply_to: row.reply_to,
  utm: row.utm,
  stream: streamOf(fieldsOf(row).audience),
  topic_id: row.topic_id,
  audience: fieldsOf(row).audience,
  include_smart_list_ids: row.include_smart_list_ids,
  exclude_smart_list_ids: row.exclude_smart_list_ids,
  rules: row.rules,
  template_id: row.template_id,
  editor: row.editor,
  holdout_percent: row.holdout_percent,
  spread: row.spread,
  local_time: row.local_time,
  test: row.test && { ...row.test, variants: row.test.variants.map(({ html: _html, text: _text, ...one }) => one) },
  scheduled_at: instant(row.scheduled_at),
  begins_at: instant(row.begins_at),
  started_at: instant(row.started_at),
  frozen_at: instant(row.frozen_at),
  finished_at: instant(row.finished_at),
  reason: row.reason,
  counts,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

/** The same with its own content, and what keeps it from being sent. */
export const present = (row: BroadcastRow, counts: MessageCounts, problems: FieldError[]) => ({
  ...presentListed(row, counts),
  test: row.test,
  problems,
  design: row.design,
  html: row.html,
  text: row.text,
});

export const presentOwnTimes = ({ first_at, last_at, at_once }: OwnTimes) => ({
  first_at: first_at.toISOString(),
  last_at: last_at.toISOString(),
  at_once,
});

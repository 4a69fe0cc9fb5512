import type { BroadcastTest, Utm } from '#contracts';
import type { Duration } from '#graph';
import type { Group } from '#rules';
import type { BroadcastRow } from '../broadcast/broadcast.queries.js';

/** Marketing mail to people, or mail of the house to colleagues: the two never mix. */
export const streamOf = (audience: BroadcastFields['audience']): 'broadcast' | 'transactional' =>
  audience === 'staff' ? 'transactional' : 'broadcast';

/** What can be said of a broadcast while it is a draft. */
export interface BroadcastFields {
  name: string;
  subject: string;
  preheader: string;
  from: string | null;
  reply_to: string | null;
  utm: Utm | null;
  topic_id: string | null;
  /** People of lists and rules, or everybody who works here. */
  audience: 'lists' | 'staff';
  include_smart_list_ids: string[];
  exclude_smart_list_ids: string[];
  rules: Group | null;
  template_id: string | null;
  editor: 'html' | 'mjml' | 'unlayer';
  design: unknown;
  html: string;
  text: string | null;
  /** Per cent of those who would get it that get nothing; 0 to 50. */
  holdout_percent: number;
  /** Over how long it is spread; null: as fast as may be. */
  spread: Duration | null;
  /** Everybody gets it at the same time of their own day. */
  local_time: boolean;
  test: BroadcastTest | null;
}

export const fieldsOf = (row: BroadcastRow): BroadcastFields => ({
  name: row.name,
  subject: row.subject,
  preheader: row.preheader,
  from: row.email_from,
  reply_to: row.reply_to,
  utm: row.utm,
  topic_id: row.topic_id,
  audience: row.to_staff ? 'staff' : 'lists',
  include_smart_list_ids: row.include_smart_list_ids,
  exclude_smart_list_ids: row.exclude_smart_list_ids,
  rules: row.rules,
  template_id: row.template_id,
  editor: row.editor,
  design: row.design,
  html: row.html,
  text: row.text,
  holdout_percent: row.holdout_percent,
  spread: row.spread,
  local_time: row.local_time,
  test: row.test,
});

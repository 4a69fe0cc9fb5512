export type SettingColumn =
  | 'name'
  | 'timezone'
  | 'currency'
  | 'sender_broadcast'
  | 'sender_transactional'
  | 'postal_address'
  | 'mail_unanswered'
  | 'double_opt_in'
  | 'consent_text'
  | 'quiet_hours'
  | 'frequency_cap'
  | 'settle_seconds'
  | 'retry_unknown_transactional'
  | 'mail_tracking'
  | 'mail_link_proof'
  | 'attribution_days'
  | 'event_aliases'
  | 'admins_need_second_factor'
  | 'seed_lists'
  | 'retention'
  | 'brand'
  | 'drawn_brand'
  | 'sending_stopped_at'
  | 'sending_stopped_by'
  | 'sending_stopped_reason'
  | 'demo'
  | 'updated_at';

/** These of the workspace's settings, as a statement of one row, `s`. Whatever reads the table is made of it. */
export const settingsSql = (...columns: SettingColumn[]): string =>
  `select ${columns.map((column) => `s.${column}`).join(', ')} from cortex.settings s`;

/** One setting as an expression. PostgreSQL reads it once for a statement, however many rows ask for it. */
export const settingSql = (column: SettingColumn): string => `(${settingsSql(column)})`;

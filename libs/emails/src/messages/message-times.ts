const times = [
  'sent_at',
  'delivered_at',
  'opened_at',
  'clicked_at',
  'bounced_at',
  'complained_at',
  'unsubscribed_at',
] as const;

/** When something became of a mail, each at its first time. */
export type MessageTimes<T = Date | null> = Record<(typeof times)[number], T>;

/** The columns of `cortex.messages` with these instants, of a row set of this name. */
export const messageTimesIn = (row: string): string => times.map((time) => `${row}.${time}`).join(', ');

/** The instants of a row as answers have them. */
export const presentTimes = (row: MessageTimes): MessageTimes<string | null> =>
  Object.fromEntries(times.map((time) => [time, row[time]?.toISOString() ?? null])) as MessageTimes<string | null>;

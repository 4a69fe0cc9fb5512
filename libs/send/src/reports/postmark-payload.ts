import { createHash } from 'node:crypto';

/** An event as Postmark posts it: any JSON object. */
export type Payload = Record<string, unknown>;

/** Bounces carry an id; the other kinds are known by their mail, person, instant and link. */
export function keyOf(event: Payload): string {
  const parts =
    event.ID !== undefined
      ? [event.RecordType, event.ID]
      : [
          event.RecordType,
          event.MessageID,
          event.Recipient ?? event.Email,
          event.DeliveredAt ?? event.ReceivedAt ?? event.ChangedAt ?? event.BouncedAt,
          event.OriginalLink,
          event.SuppressSending,
        ];
  const known = typeof event.RecordType === 'string' ? parts : [event];
  const hex = createHash('sha256').update(JSON.stringify(known)).digest('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** PostgreSQL stores neither NUL nor lone surrogates; one such character in a subject must not lose an event. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed();
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [storable(key), storable(part)]));
}

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function instantOf(value: unknown): Date | undefined {
  const at = new Date(text(value));
  return Number.isNaN(at.getTime()) ? undefined : at;
}

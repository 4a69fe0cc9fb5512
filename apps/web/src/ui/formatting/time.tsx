import { Tooltip } from '@mantine/core';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const exactFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const shortFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** The reader's time zone (IANA). */
export const readerZone = zone;

/** `14:02` in the reader's zone. */
export const clockTime = (instant: string) => clockFormat.format(new Date(instant));
/** `22 Nov 2026, 14:02` in the reader's zone. */
export const shortTime = (instant: string) => shortFormat.format(new Date(instant));
/** Day, date, time to the second, and the zone's name. */
const exactTime = (instant: string) => `${exactFormat.format(new Date(instant))} (${zone})`;

/** `Today`, `Yesterday` or the whole date. */
export function dayName(instant: string, now = new Date()): string {
  const day = new Date(instant).toDateString();
  if (day === now.toDateString()) return 'Today';
  if (day === new Date(now.getTime() - 86_400_000).toDateString()) return 'Yesterday';
  return dayFormat.format(new Date(instant));
}

const steps: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** `2 hours ago`, `in 3 days`, `just now`. */
export function relativeTime(instant: string, now = Date.now()): string {
  const seconds = (new Date(instant).getTime() - now) / 1000;
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relativeFormat.format(Math.round(seconds / size), unit);
  }
  return seconds > 5 ? 'in a moment' : 'just now';
}

/** An instant, relative by default, exact (with the zone) on hover and for screen readers. */
export function Time({ at, as = 'relative' }: { at: string; as?: 'relative' | 'short' | 'clock' }) {
  const text = as === 'relative' ? relativeTime(at) : as === 'short' ? shortTime(at) : clockTime(at);
  return (
    <Tooltip label={exactTime(at)}>
      <time dateTime={at}>{text}</time>
    </Tooltip>
  );
}

/** When something last happened; `never` where it has not. */
export const LastTime = ({ at }: { at: string | null }) =>
  at ? <Time at={at} /> : <span className="quiet">never</span>;

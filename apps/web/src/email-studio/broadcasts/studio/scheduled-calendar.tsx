import { adminAddresses } from '#contracts';
import { ActionIcon } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { Answer } from '../../../ui/feedback/query-states';
import { clockTime } from '../../../ui/formatting/time';
import { useScheduled, type ListedBroadcast } from '../broadcast/broadcasts.queries';

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' });
const dayName = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** What leaves when: the scheduled broadcasts of a month, by the reader's days. */
export function ScheduledCalendar() {
  const list = useScheduled();
  const [month, setMonth] = useState(() => firstOf(new Date(), 0));
  return (
    <div className="calendar" data-testid="calendar">
      <div className="row">
        <ActionIcon variant="default" aria-label="Month before" onClick={() => setMonth(firstOf(month, -1))}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <ActionIcon variant="default" aria-label="Next month" onClick={() => setMonth(firstOf(month, 1))}>
          <IconChevronRight size={16} />
        </ActionIcon>
        <h3 aria-live="polite">{monthName.format(month)}</h3>
      </div>
      <Answer of={list} what="The scheduled broadcasts could not be loaded" lines={4}>
        {({ items, next_cursor }) => (
          <>
            <Month month={month} broadcasts={items} />
            {next_cursor ? <p className="label">Only {items.length} scheduled broadcasts are shown here.</p> : null}
          </>
        )}
      </Answer>
    </div>
  );
}

/** The first day of the month that is so many months after the one of this day. */
const firstOf = (day: Date, months: number) => new Date(day.getFullYear(), day.getMonth() + months, 1);

function Month({ month, broadcasts }: { month: Date; broadcasts: readonly ListedBroadcast[] }) {
  const byDay = new Map<string, ListedBroadcast[]>();
  for (const one of broadcasts) {
    if (!one.scheduled_at) continue;
    const day = new Date(one.begins_at ?? one.scheduled_at).toDateString();
    byDay.set(day, [...(byDay.get(day) ?? []), one]);
  }
  const days = daysOf(month);
  const here = days.flatMap((day) =>
    day.getMonth() === month.getMonth() ? (byDay.get(day.toDateString()) ?? []) : [],
  );
  const today = new Date().toDateString();
  return (
    <>
      <ol className="calendar-days" aria-label={monthName.format(month)}>
        {weekdays.map((name) => (
          <li key={name} className="label calendar-weekday" aria-hidden>
            {name}
          </li>
        ))}
        {days.map((day) => {
          const due = byDay.get(day.toDateString()) ?? [];
          return (
            <li
              key={day.toDateString()}
              aria-label={dayName.format(day)}
              aria-current={day.toDateString() === today ? 'date' : undefined}
              data-outside={day.getMonth() !== month.getMonth() || undefined}
              data-empty={due.length === 0 || undefined}
            >
              <span className="label" aria-hidden>
                <span className="calendar-number">{day.getDate()}</span>
                <span className="calendar-name">{dayName.format(day)}</span>
              </span>
              {due.map(({ id, name, scheduled_at, begins_at }) => (
                <Link key={id} to={adminAddresses.broadcast(id)}>
                  {clockTime(begins_at ?? scheduled_at!)} {name}
                </Link>
              ))}
            </li>
          );
        })}
      </ol>
      {here.length === 0 ? <p className="sentence quiet">Nothing is scheduled for this month.</p> : null}
    </>
  );
}

/** Whole weeks from Monday on that hold this month. */
function daysOf(month: Date): Date[] {
  const [year, at] = [month.getFullYear(), month.getMonth()];
  const before = (month.getDay() + 6) % 7;
  const length = new Date(year, at + 1, 0).getDate();
  const cells = Math.ceil((before + length) / 7) * 7;
  return Array.from({ length: cells }, (_, nth) => new Date(year, at, nth - before + 1));
}

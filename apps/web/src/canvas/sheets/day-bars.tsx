import type { Backtest } from '#contracts';
import { plural } from '../../ui/formatting/format';

/** A bar per day: how many would have entered. The days are those of the workspace's time zone. */
export function DayBars({ backtest }: { backtest: Backtest }) {
  const days = daysBetween(backtest);
  const most = Math.max(1, ...days.map((day) => day.entered));
  if (backtest.entered === 0) return null;
  return (
    <figure className="day-bars" data-testid="day-bars">
      <div className="bars" aria-hidden>
        {days.map((day) => (
          <span
            key={day.day}
            className="bar-day"
            data-empty={day.entered === 0}
            style={{ height: `${Math.max(day.entered === 0 ? 2 : 6, (day.entered / most) * 100)}%` }}
            title={`${day.day}: ${day.entered} entered, ${plural(day.messages, 'e-mail', 'e-mails')}`}
          />
        ))}
      </div>
      <figcaption className="label">
        <span>{days[0]?.day}</span>
        <span>entered per day, at most {most}</span>
        <span>{days.at(-1)?.day}</span>
      </figcaption>
    </figure>
  );
}

/** Every day of the window, also those on which nothing happened. */
function daysBetween({ from, to, per_day }: Backtest) {
  const known = new Map(per_day.map((day) => [day.day, day]));
  const names = new Set(known.keys());
  for (let at = Date.parse(from); at < Date.parse(to); at += 86_400_000)
    names.add(new Date(at).toISOString().slice(0, 10));
  return [...names].toSorted().map((day) => known.get(day) ?? { day, entered: 0, messages: 0 });
}

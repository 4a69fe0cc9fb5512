import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { count } from '../../../ui/formatting/format';
import { Section } from '../../../ui/pages/page';
import { shortTime, Time } from '../../../ui/formatting/time';
import type { Report } from './report.queries';

type Figure = 'clicked' | 'opened' | 'delivered' | 'sent';
const figures: { value: Figure; label: string }[] = [
  { value: 'clicked', label: 'Clicked' },
  { value: 'opened', label: 'Opened' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'sent', label: 'Sent' },
];

const HOUR = 3_600_000;
/** Hours that are drawn at least, so that the first of them is no wall. */
const FEWEST = 12;

/** A bar for each hour since it was begun: how many clicked, opened, got or were sent it then, each person once. */
export function HourBars({ report: { hours, later, started_at } }: { report: Report }) {
  const [chosen, setChosen] = useState<Figure>();
  if (hours.length === 0 || !started_at) return null;
  const bars = everyHour(hours, started_at);
  const figure = chosen ?? (bars.some(({ clicked }) => clicked > 0) ? 'clicked' : 'sent');
  const most = bars.reduce((best, bar) => (bar[figure] > best[figure] ? bar : best));
  const top = Math.max(1, most[figure]);
  const word = figures.find(({ value }) => value === figure)!.label.toLowerCase();
  const total = bars.reduce((sum, bar) => sum + bar[figure], 0);
  return (
    <Section
      title="By the hour"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="What the bars count"
          value={figure}
          onChange={(next) => setChosen(next as Figure)}
          data={figures}
        />
      }
    >
      <figure className="hour-bars" data-testid="hour-bars">
        <div
          role="img"
          aria-label={`${count(total)} ${word} in the first ${bars.length} hours, at most ${count(top)} in one hour`}
        >
          {bars.map((bar) => (
            <span
              key={bar.hour}
              data-empty={bar[figure] === 0 || undefined}
              style={{ height: `${bar[figure] === 0 ? 2 : Math.max(4, (bar[figure] / top) * 100)}%` }}
              title={`${shortTime(bar.hour)}: ${count(bar[figure])} ${word}`}
            />
          ))}
        </div>
        <figcaption className="label">
          <span>
            <Time at={bars[0]!.hour} as="short" />
          </span>
          <span>
            {total === 0 ? `Nobody ${word}` : `At most ${count(top)} ${word} in an hour`}
            {later && later[figure] > 0 ? `; ${count(later[figure])} more after these` : ''}
          </span>
          <span>
            <Time at={bars.at(-1)!.hour} as="short" />
          </span>
        </figcaption>
      </figure>
    </Section>
  );
}

/** Every hour from the start to the last one in which something happened, also those in which nothing did. */
function everyHour(hours: Report['hours'], startedAt: string): Report['hours'] {
  const known = new Map(hours.map((one) => [Date.parse(one.hour), one]));
  const first = Math.floor(Date.parse(startedAt) / HOUR) * HOUR;
  const last = Math.max(first + (FEWEST - 1) * HOUR, ...known.keys());
  const bars: Report['hours'] = [];
  for (let at = first; at <= last; at += HOUR)
    bars.push(known.get(at) ?? { hour: new Date(at).toISOString(), sent: 0, delivered: 0, opened: 0, clicked: 0 });
  return bars;
}

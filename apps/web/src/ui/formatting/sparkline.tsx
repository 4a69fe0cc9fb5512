import { count } from './format';

interface SparklineProps {
  /** What is drawn, such as “Sent”. */
  label: string;
  /** By day, today as the last; null where nothing is known. */
  values: readonly (number | null)[];
  /** What one value is of. */
  per?: 'day' | 'hour';
}

const spans = { day: { plural: 'days', last: 'today' }, hour: { plural: 'hours', last: 'in this one' } };

const WIDTH = 120;
const HEIGHT = 28;
/** Room for the line at the edges. */
const EDGE = 2;

/**
 * A line of the last days or hours, without axes: whether it rises or falls. Nothing where fewer than two are known, or
 * where there is nothing to count.
 */
export function Sparkline({ label, values, per = 'day' }: SparklineProps) {
  const known = values.flatMap((value, at) => (value === null ? [] : [{ value, at }]));
  if (known.length < 2) return null;
  const numbers = known.map(({ value }) => value);
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  if (most === 0) return null;
  const first = known[0]!.at;
  const days = values.length - 1 - first;
  const x = (at: number) => EDGE + ((at - first) / Math.max(1, days)) * (WIDTH - 2 * EDGE);
  const y = (value: number) =>
    HEIGHT - EDGE - (most === least ? 0.5 : (value - least) / (most - least)) * (HEIGHT - 2 * EDGE);
  const points = known.map(({ value, at }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
  const last = known.at(-1)!;
  const span = spans[per];
  const words =
    least === most
      ? `${label}: ${count(most)} on each of the last ${known.length} ${span.plural}`
      : `${label} by ${per}, the last ${known.length} ${span.plural}: between ${count(least)} and ${count(most)}, ${count(last.value)} ${span.last}`;
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
      <title>{words}</title>
      <polyline points={points.join(' ')} />
      <circle cx={x(last.at)} cy={y(last.value)} r={2} />
    </svg>
  );
}

import { use } from 'react';
import { people } from '../ui/format';
import { RowCounts } from './live-count';

/** How many people a row finds by itself, as soon as it is known. */
export function RowCount({ pointer }: { pointer: string }) {
  const alone = use(RowCounts).get(pointer);
  if (!alone) return null;
  return (
    <p className="label rule-alone">
      {alone.exact ? '' : 'about '}
      {people(alone.count)} by itself
    </p>
  );
}

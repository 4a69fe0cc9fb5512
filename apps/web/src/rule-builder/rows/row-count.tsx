import { use } from 'react';
import { people } from '../../ui/formatting/format';
import { RowCounts } from '../answers/live-count';

/** How many people a row finds on its own, as soon as it is known. */
export function RowCount({ pointer }: { pointer: string }) {
  const alone = use(RowCounts).get(pointer);
  if (!alone) return null;
  return (
    <p className="label rule-alone">
      {alone.exact ? '' : 'about '}
      {people(alone.count)} on its own
    </p>
  );
}

import { useLive } from './live-store';

const words = { added: 'New', removed: 'Removed', changed: 'Changed' };

/** How a step differs from the older version, in words and not by colour alone. */
export function StepDifference({ id }: { id: string }) {
  const mark = useLive((live) => live.changes?.get(id));
  if (!mark) return null;
  return (
    <p className="card-facts card-diff" data-testid={`mark-${id}`}>
      <b>{words[mark.mark]}</b>
      {mark.was ? <span className="card-was"> Was: {mark.was}</span> : null}
    </p>
  );
}

import { useEffect, useState } from 'react';
import { clockTime } from '../../ui/formatting/time';
import { useEditor } from '../document/use-editor';

/** Milliseconds for which one may go on without the server. */
const OFFLINE_EDITING_MS = 600_000;

/** True once the server has been out of reach for ten minutes. */
export function useCutOff(since: number | null): boolean {
  const [passed, setPassed] = useState<number | null>(null);
  useEffect(() => {
    if (since === null) return undefined;
    const timer = setTimeout(() => setPassed(since), Math.max(0, since + OFFLINE_EDITING_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [since]);
  return since !== null && passed === since;
}

/** Says that the server is out of reach, and what that means for who edits. */
export function ConnectionNotice() {
  const since = useEditor((state) => state.unreachableSince);
  const cutOff = useCutOff(since);
  const unsent = useEditor((state) => state.unsent.length > 0);
  if (since === null) return null;
  const kept = unsent ? 'Your changes are kept in this browser and saved when the connection is back.' : '';
  return (
    <div className="connection" role="status" data-testid="connection" data-cut-off={cutOff}>
      <p className="sentence">
        {cutOff
          ? 'No connection for ten minutes. Others may have changed this, so it is read only until the connection is back. '
          : `No connection since ${clockTime(new Date(since).toISOString())}. You can keep working for ten minutes. `}
        {kept}
      </p>
    </div>
  );
}

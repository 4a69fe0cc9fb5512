import { Button } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { ApiError, failedBy } from '../../api/problem';
import { ErrorBoundary } from './error-boundary';

/** Lines where content will be; drawn only after 200 ms, so that quick answers do not flicker. */
export function Loading({ lines = 6 }: { lines?: number }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return <div aria-busy="true" />;
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} style={{ width: `${92 - ((line * 17) % 45)}%` }} />
      ))}
    </div>
  );
}

/** Nothing here yet: says why and what to do. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children ? <div className="sentence quiet">{children}</div> : null}
      {action}
    </div>
  );
}

/** Something went wrong: what, a way to try again, and the id under which the server logged it. */
export function Failed({ error, what, onRetry }: { error: unknown; what: string; onRetry?: () => void }) {
  if (failedBy(error, 'not_allowed')) return <NotAllowed detail={error.detail} />;
  const detail = error instanceof Error ? error.message : 'The cause is not known.';
  return (
    <div className="state" role="alert">
      <h2>{what}</h2>
      <p className="sentence">{detail}</p>
      {onRetry ? (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
      {error instanceof ApiError && error.requestId ? (
        <p className="label">
          For support: request <span className="code">{error.requestId}</span>
        </p>
      ) : null}
    </div>
  );
}

/** The reader's role does not reach this far. */
export function NotAllowed({ detail }: { detail?: string }) {
  return (
    <div className="state" role="alert">
      <h2>Your role does not allow this</h2>
      <p className="sentence">{detail || 'An administrator can change your role under Settings, Staff.'}</p>
    </div>
  );
}

interface Answered<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Within the boundary, so that what throws while it draws is caught there. */
function Drawn<T>({ data, draw }: { data: T; draw: (data: T) => ReactNode }) {
  return draw(data);
}

/** Draws a query: skeleton while it is on its way, the error when it failed or cannot be drawn, otherwise its data. */
export function Answer<T>({
  of,
  what,
  lines,
  children,
}: {
  of: Answered<T>;
  what: string;
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  const again = () => void of.refetch();
  if (of.data !== undefined)
    return (
      <ErrorBoundary what={what} of={of.data} onRetry={again}>
        <Drawn data={of.data} draw={children} />
      </ErrorBoundary>
    );
  if (of.isPending) return <Loading lines={lines ?? 6} />;
  return <Failed error={of.error} what={what} onRetry={again} />;
}

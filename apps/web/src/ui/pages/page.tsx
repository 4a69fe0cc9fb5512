import { useEffect, type ReactNode } from 'react';
import { ErrorBoundary } from '../feedback/error-boundary';

interface PageProps {
  title: string;
  /** A sentence under the title. */
  intro?: ReactNode;
  actions?: ReactNode;
  /** Takes the whole width instead of a column fit for reading. */
  wide?: boolean;
  children: ReactNode;
}

/** A screen: heading, one sentence, actions at the right, content below a hairline. */
export function Page({ title, intro, actions, wide, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Cortex`;
  }, [title]);
  return (
    <div className={wide ? 'page page-wide' : 'page'}>
      <header className="page-head">
        <div className="page-head-text">
          <h1>{title}</h1>
          {intro ? <div className="sentence page-intro">{intro}</div> : null}
        </div>
        {actions ? <div className="page-actions">{actions}</div> : null}
      </header>
      <ErrorBoundary what="This page could not be shown">{children}</ErrorBoundary>
    </div>
  );
}

/** A part of a screen with its own heading. */
export function Section({
  title,
  note,
  actions,
  children,
}: {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="section">
      <div className="section-head">
        <div>
          <h2>{title}</h2>
          {note ? <p className="label section-note">{note}</p> : null}
        </div>
        {actions}
      </div>
      <ErrorBoundary what={`${title} could not be shown`}>{children}</ErrorBoundary>
    </section>
  );
}

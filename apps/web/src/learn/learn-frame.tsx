import './learn.css';
import { useEffect, type ReactNode } from 'react';

interface LearnFrameProps {
  title: string;
  /** Stands at the end of the heading's line. */
  aside?: ReactNode;
  children: ReactNode;
}

/** The small frame around each page of a customer: a heading, and one column of reading width. */
export function LearnFrame({ title, aside, children }: LearnFrameProps) {
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main className="learn">
      <header className="learn-head">
        <h1>{title}</h1>
        {aside}
      </header>
      {children}
    </main>
  );
}

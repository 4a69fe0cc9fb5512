import { Button } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import { useEffect } from 'react';

interface MoreProps {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** The end of a list: fetches the next page when it scrolls into view; a button for who does not scroll. */
export function LoadMore({ list, label = 'Show more' }: { list: MoreProps; label?: string }) {
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (inViewport && hasNextPage && !isFetchingNextPage) fetchNextPage();
  }, [inViewport, hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <div ref={ref} className="row" style={{ paddingTop: 12 }}>
      <Button variant="default" disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
        {isFetchingNextPage ? 'Loading' : label}
      </Button>
    </div>
  );
}

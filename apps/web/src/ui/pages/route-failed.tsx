import { Button } from '@mantine/core';
import { useRouteError } from 'react-router';
import { Page } from './page';

/** What a reader sees when a screen itself broke: what happened and a way on. */
export function RouteFailed() {
  const error = useRouteError();
  return (
    <Page title="This page could not be shown">
      <p className="sentence">
        {error instanceof Error ? error.message : 'Something unexpected happened.'} Nothing you saved is lost. Reloading
        the page usually helps, especially after Cortex was updated.
      </p>
      <Button onClick={() => window.location.reload()}>Reload the page</Button>
    </Page>
  );
}

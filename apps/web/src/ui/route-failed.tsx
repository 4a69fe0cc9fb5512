import { Button } from '@mantine/core';
import { useRouteError } from 'react-router';
import { Page } from './page';

/** What a reader sees when a screen itself broke: what happened and a way on. */
export function RouteFailed() {
  const error = useRouteError();
  return (
    <Page title="This screen could not be shown">
      <p className="sentence">
        {error instanceof Error ? error.message : 'Something unexpected happened.'} Nothing you saved is lost. Loading
        the page again usually helps, most of all after an update of Cortex.
      </p>
      <Button onClick={() => window.location.reload()}>Load the page again</Button>
    </Page>
  );
}

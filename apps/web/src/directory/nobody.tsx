import { adminAddresses } from '#contracts';
import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { Empty } from '../ui/feedback/query-states';
import { focusContent } from '../ui/forms/focus-back';

interface NobodyProps {
  /** Takes search and filters away, where there are any. */
  onEveryone: (() => void) | undefined;
  mayImport: boolean;
}

/** What stands in place of people: nobody fits, or nobody has come yet. */
export function Nobody({ onEveryone, mayImport }: NobodyProps) {
  if (onEveryone)
    return (
      <Empty
        title="No one matches"
        action={
          <Button
            variant="default"
            onClick={() => {
              onEveryone();
              // The button goes away with what it stands in.
              focusContent();
            }}
          >
            Show everyone
          </Button>
        }
      >
        Try a shorter name or address, or another filter.
      </Empty>
    );
  return (
    <Empty title="No one is here yet">
      People appear as soon as another system sends leads, profiles or activities.{' '}
      <a href="/docs">See how to send them</a>
      {mayImport ? (
        <>
          , or <Link to={adminAddresses.importPeople}>import them from a file</Link>
        </>
      ) : null}
      .
    </Empty>
  );
}

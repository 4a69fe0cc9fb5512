import { contactTopics } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import { Failed } from '../../ui/query-states';
import { Time } from '../../ui/time';

const useTopicsOf = (id: string) =>
  useQuery({
    // Below the person's own key, so that it is looked at again with them.
    queryKey: ['contact', id, 'topics'],
    queryFn: ({ signal }) => call(contactTopics, { params: { id } }, { signal }),
  });

/** Which topics the person gets, and since when they said so. */
export function PersonTopics({ contactId }: { contactId: string }) {
  const topics = useTopicsOf(contactId);
  if (topics.error)
    return <Failed error={topics.error} what="The topics could not be loaded" onRetry={() => void topics.refetch()} />;
  const { items = [], paused_until, paused_at } = topics.data ?? {};
  if (items.length === 0 && !paused_until) return null;
  return (
    <div className="stack-tight person-topics" data-testid="person-topics">
      {paused_until && paused_at ? (
        <p>
          Marketing e-mail is paused until <Time at={paused_until} as="short" />, since{' '}
          <Time at={paused_at} as="short" />.
        </p>
      ) : null}
      {items.length > 0 ? (
        <ul aria-label="Topics">
          {items.map(({ id, name, on, at, source }) => (
            <li key={id}>
              <span className={on ? 'email-yes' : 'email-no'}>{on ? 'Gets' : 'Does not get'}</span> {name}{' '}
              <span className="quiet">
                {at ? (
                  <>
                    chosen <Time at={at} as="short" />
                    {source ? `, ${source.replaceAll('_', ' ')}` : ''}
                  </>
                ) : (
                  'never chose'
                )}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

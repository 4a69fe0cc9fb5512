import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { sessionKey } from '../access/session.queries';
import { ApiError, failedBy } from './problem';

/** The cache of answers. `onSignedOut` is told when the session has ended, wherever that is noticed. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (failedBy(error, 'not_signed_in')) onSignedOut();
    // Demanded since the session was read: who asks again gets the page to set it up.
    if (failedBy(error, 'second_factor_missing')) void client.invalidateQueries({ queryKey: sessionKey });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: true,
        // Refusals stay refusals; only a server that is away or stumbles is asked again.
        retry: (count, error) => count < 2 && error instanceof ApiError && error.passes,
        retryDelay: (attempt) => 500 * 2 ** attempt,
      },
    },
  });
  return client;
}

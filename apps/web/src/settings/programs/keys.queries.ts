import { createApiKey, listApiKeys, revokeApiKey, type AnswerOf, type CallOf } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import { useChange } from '../../api/use-change';

export type ApiKey = AnswerOf<typeof listApiKeys>['items'][number];
export type NewApiKey = NonNullable<CallOf<typeof createApiKey>['body']>;

const key = 'api-keys';

export const useApiKeys = () =>
  useQuery({ queryKey: [key], queryFn: ({ signal }) => call(listApiKeys, { query: { limit: 200 } }, { signal }) });
export const useCreateApiKey = () => useChange(key, (body: NewApiKey) => call(createApiKey, { body }));
export const useRevokeApiKey = () => useChange(key, (id: string) => call(revokeApiKey, { params: { id } }));

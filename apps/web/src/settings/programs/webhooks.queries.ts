import { getWebhookSecret, listWebhookCalls, replayWebhookCall, rotateWebhookSecret, type AnswerOf } from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import { fallbackPoll } from '../../api/live-changes';
import { useChange } from '../../api/use-change';

export type WebhookCall = AnswerOf<typeof listWebhookCalls>['items'][number];

const secretKey = ['webhook-secret'];
const callsKey = 'webhook-calls';

/** What calls are signed with; asked for only when somebody wants to see it. */
export const useWebhookSecret = (enabled: boolean) =>
  useQuery({ queryKey: secretKey, queryFn: ({ signal }) => call(getWebhookSecret, {}, { signal }), enabled });

export function useRotateSecret() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(rotateWebhookSecret, {}),
    onSuccess: (secret) => client.setQueryData(secretKey, secret),
  });
}

/** Calls that failed for good, newest first. */
export const useDeadCalls = () =>
  useQuery({
    queryKey: [callsKey],
    queryFn: ({ signal }) => call(listWebhookCalls, { query: { state: 'dead', limit: 50 } }, { signal }),
    refetchInterval: fallbackPoll,
  });

export const useReplayCall = () => useChange(callsKey, (id: string) => call(replayWebhookCall, { params: { id } }));

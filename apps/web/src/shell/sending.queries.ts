import { emailSummary, resumeSending, stopSending } from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { fallbackPoll } from '../api/live-changes';
import { settingsKey } from '../settings/saving/settings.queries';

const summaryKey = ['email-summary'];

/** How mail is doing in the last 30 days, and whether the emergency stop is on. */
export const useEmailSummary = () =>
  useQuery({
    queryKey: summaryKey,
    queryFn: ({ signal }) => call(emailSummary, {}, { signal }),
    refetchInterval: fallbackPoll,
  });

function useSwitch<T>(mutationFn: (input: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: summaryKey }),
        client.invalidateQueries({ queryKey: settingsKey }),
      ]),
  });
}

export const useStopSending = () =>
  useSwitch((reason: string) => call(stopSending, { body: reason.trim() ? { reason: reason.trim() } : {} }));

export const useResumeSending = () => useSwitch(() => call(resumeSending, {}));

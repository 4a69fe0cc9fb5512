import { changeSettings, getSettings, removeDemo, type AnswerOf, type CallOf } from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import { fallbackPoll } from '../../api/live-changes';

export type Settings = AnswerOf<typeof getSettings>;
export type SettingsChange = NonNullable<CallOf<typeof changeSettings>['body']>;
export const settingsKey = ['settings'];

/** The workspace's settings, with the state of sending. */
export const useSettings = () =>
  useQuery({
    queryKey: settingsKey,
    queryFn: ({ signal }) => call(getSettings, {}, { signal }),
    refetchInterval: fallbackPoll,
  });

export function useChangeSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SettingsChange) => call(changeSettings, { body }),
    onSuccess: (settings, change) => {
      client.setQueryData(settingsKey, settings);
      // What people paid is counted in another currency now.
      if (change.currency !== undefined)
        for (const key of ['contacts', 'contact']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

/** `onRemoved` is called before everything is read again, which takes the button and what is around it away. */
export function useRemoveDemo(onRemoved: (answer: AnswerOf<typeof removeDemo>) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(removeDemo),
    onSuccess: (answer) => {
      onRemoved(answer);
      return client.invalidateQueries();
    },
  });
}

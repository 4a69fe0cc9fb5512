import {
  changeForm,
  changeTopic,
  createForm,
  createTopic,
  listForms,
  listTopics,
  removeForm,
  removeTopic,
  type AnswerOf,
  type CallOf,
} from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import { useChange } from '../../api/use-change';

export type Topic = AnswerOf<typeof listTopics>['items'][number];
export type TopicFields = NonNullable<CallOf<typeof createTopic>['body']>;
export type Form = AnswerOf<typeof listForms>['items'][number];
export type FormFields = NonNullable<CallOf<typeof createForm>['body']>;

const all = { query: { limit: 200 } };
const topicsKey = 'topics';
const formsKey = 'forms';

/** All topics, in the order in which people see them. */
export const useTopics = () =>
  useQuery({ queryKey: [topicsKey], queryFn: ({ signal }) => call(listTopics, all, { signal }) });

/** Saves one topic, or with an `id` another version of it. */
export const useSaveTopic = () =>
  useChange(topicsKey, ({ id, body }: { id?: string; body: TopicFields }) =>
    id ? call(changeTopic, { params: { id }, body }) : call(createTopic, { body }),
  );

/** Lets two topics change places. */
export function useSwapTopics() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (ordered: readonly Topic[]) => {
      for (const [position, { id, name, description, default_on, position: before }] of ordered.entries())
        if (position !== before)
          await call(changeTopic, { params: { id }, body: { name, description, default_on, position } });
    },
    // Also after one of its calls failed: the others have moved some.
    onSettled: () => client.invalidateQueries({ queryKey: [topicsKey] }),
  });
}

export const useRemoveTopic = () => useChange(topicsKey, (id: string) => call(removeTopic, { params: { id } }));

/** Sign-up forms, newest first. */
export const useForms = () =>
  useQuery({ queryKey: [formsKey], queryFn: ({ signal }) => call(listForms, all, { signal }) });

/** Saves one form, or with an `id` another version of it. */
export const useSaveForm = () =>
  useChange(formsKey, ({ id, body }: { id?: string; body: FormFields }) =>
    id ? call(changeForm, { params: { id }, body }) : call(createForm, { body }),
  );

export const useRemoveForm = () => useChange(formsKey, (id: string) => call(removeForm, { params: { id } }));

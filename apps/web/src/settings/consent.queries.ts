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
import { call } from '../api/client';

export type Topic = AnswerOf<typeof listTopics>['items'][number];
export type TopicFields = NonNullable<CallOf<typeof createTopic>['body']>;
export type Form = AnswerOf<typeof listForms>['items'][number];
export type FormFields = NonNullable<CallOf<typeof createForm>['body']>;

const topicsKey = ['topics'];
const formsKey = ['forms'];

/** All topics, in the order in which people see them. */
export const useTopics = () =>
  useQuery({
    queryKey: topicsKey,
    queryFn: ({ signal }) => call(listTopics, { query: { limit: 200 } }, { signal }),
  });

/** Saves one topic, or with an `id` another version of it. */
export function useSaveTopic() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id?: string; body: TopicFields }) =>
      id ? call(changeTopic, { params: { id }, body }) : call(createTopic, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: topicsKey }),
  });
}

/** Lets two topics change places. */
export function useSwapTopics() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (ordered: readonly Topic[]) => {
      for (const [position, { id, name, description, default_on, position: before }] of ordered.entries())
        if (position !== before)
          await call(changeTopic, { params: { id }, body: { name, description, default_on, position } });
    },
    onSettled: () => client.invalidateQueries({ queryKey: topicsKey }),
  });
}

export function useRemoveTopic() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(removeTopic, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: topicsKey }),
  });
}

/** Sign-up forms, newest first. */
export const useForms = () =>
  useQuery({
    queryKey: formsKey,
    queryFn: ({ signal }) => call(listForms, { query: { limit: 200 } }, { signal }),
  });

export function useSaveForm() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id?: string; body: FormFields }) =>
      id ? call(changeForm, { params: { id }, body }) : call(createForm, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: formsKey }),
  });
}

export function useRemoveForm() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(removeForm, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: formsKey }),
  });
}

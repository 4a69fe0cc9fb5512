import {
  availableContactActions,
  contactActionForms,
  contactActionPaths,
  listContactActions,
  retryContactAction,
  updateEmail,
  type AnswerOf,
  type ContactActionName,
  type ContactActionPreview,
  type ContactActionResult,
  type RouteDefinition,
} from '#contracts';
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query';
import { call, type CallOptions } from '../../../api/client';
import { paging } from '../../../api/paged';

export type AvailableAction = AnswerOf<typeof availableContactActions>[number];
export type ActionInput = Record<string, unknown>;
export type { ContactActionName, ContactActionResult };

export type ActionForm = (typeof contactActionForms)[ContactActionName];
const forms: ReadonlyMap<string, ActionForm> = new Map(Object.entries(contactActionForms));

/** What the contract says of an action; nothing for one that this page, loaded a while ago, does not know yet. */
export const formOf = (action: string): ActionForm | undefined => forms.get(action);

/** Whether it is shown: what takes something back is, where there is something to take back. */
export function isOffered({ action, available }: AvailableAction): boolean {
  const form = formOf(action);
  return form !== undefined && (available || !form.undoes);
}

/** Asks for an action, whichever it is: their routes differ in the name alone. What it answers is for who asks to say. */
const ask = async <Answer>(
  action: ContactActionName,
  id: string,
  given: { body: ActionInput; query?: { preview: 'true' } },
  options: CallOptions,
) => {
  const contract = { ...updateEmail, path: contactActionPaths[action] } as unknown as RouteDefinition;
  return (await call(contract, { params: { id }, ...given } as object, options)) as Answer;
};

// Below the person's own key, so that both are looked at again with them.
const availableKey = (id: string) => ['contact', id, 'actions-available'];
const pastKey = (id: string) => ['contact', id, 'actions'];

/** Which actions there are for a person, and why one cannot be done now; nothing is asked without a person. */
export const useAvailableActions = (id: string | undefined) =>
  useQuery({
    queryKey: availableKey(id ?? ''),
    queryFn: ({ signal }) => call(availableContactActions, { params: { id: id ?? '' } }, { signal }),
    enabled: id !== undefined,
  });

/** What was done with a person by hand, newest first. One that is under way is looked at again. */
export const usePastActions = (id: string) =>
  useInfiniteQuery({
    queryKey: pastKey(id),
    queryFn: ({ pageParam: cursor, signal }) =>
      call(listContactActions, { params: { id }, query: { cursor, limit: 10 } }, { signal }),
    ...paging,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((one) => one.state === 'running')) ? 2_000 : false,
  });

/** What would be done; asked for each input anew, and nothing is done. The last answer stays while one is on its way. */
export const usePreview = (id: string, action: ContactActionName, input: ActionInput | undefined) =>
  useQuery({
    queryKey: ['action-preview', id, action, input],
    queryFn: ({ signal }) =>
      ask<ContactActionPreview>(action, id, { body: input ?? {}, query: { preview: 'true' } }, { signal }),
    enabled: input !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

/** Everything that an action may have changed about a person; under any id, since it may have given them another. */
const lookAgain = (client: QueryClient) =>
  Promise.all(
    ['contact', 'timeline', 'timeline-newest', 'contacts', 'in-now'].map((key) =>
      client.invalidateQueries({ queryKey: [key] }),
    ),
  );

/** Does it. `key` is the one of this dialog: a second click does nothing twice. */
export function useDoAction(id: string, action: ContactActionName, key: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ActionInput) => ask<ContactActionResult>(action, id, { body }, { idempotencyKey: key }),
    // Of whom was erased nothing is left to look at; the dialog still says what became of each part.
    onSuccess: () => (action === 'erase' ? client.invalidateQueries({ queryKey: ['contacts'] }) : lookAgain(client)),
  });
}

/** Tries again what failed or is unclear. */
export function useRetryAction() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (actionId: string) => call(retryContactAction, { params: { id: actionId } }),
    onSettled: () => lookAgain(client),
  });
}

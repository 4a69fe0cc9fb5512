import { createView, deleteView, listViews, putView, type CallOf, type View } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import { useChange } from '../../api/use-change';

export type { View };
export type ViewFields = NonNullable<CallOf<typeof createView>['body']>;
/** What a view remembers of the page. */
export type Look = Required<Pick<ViewFields, 'q' | 'type' | 'rules' | 'sort' | 'columns'>>;

const key = 'views';

/** One's own views and the shared ones, by name. */
export const useViews = () =>
  useQuery({ queryKey: [key], queryFn: ({ signal }) => call(listViews, { query: { limit: 200 } }, { signal }) });

/** Keeps a new view, or changes the one with this id. */
export const useSaveView = () =>
  useChange(key, ({ id, fields }: { id: string | undefined; fields: ViewFields }) =>
    id ? call(putView, { params: { id }, body: fields }) : call(createView, { body: fields }),
  );

export const useDeleteView = () => useChange(key, (id: string) => call(deleteView, { params: { id } }));

/** The part of a view that the page shows. */
export const lookOf = ({ q, type, rules, sort, columns }: View): Look => ({ q, type, rules, sort, columns });

/** Whether two looks show the same; one that names no columns goes with any. */
export const isSameLook = (one: Look, other: Look): boolean => {
  const columns = one.columns.length === 0 || other.columns.length === 0 ? [] : undefined;
  const text = (look: Look) => JSON.stringify([look.q, look.type, look.rules, look.sort, columns ?? look.columns]);
  return text(one) === text(other);
};

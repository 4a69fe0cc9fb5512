import { activityTypes, listCourses, listSmartLists, smartListFields, smartListValues } from '#contracts';
import { commonFields, freeFields, typeKey, typeNames } from '#rules';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '../api/client';

const minute = 60_000;

/** What the builder offers to choose from: courses, lists, activity types with their metadata, values seen. */
export function useSuggestions() {
  const courses = useQuery({
    queryKey: ['courses'],
    queryFn: ({ signal }) => call(listCourses, { query: { limit: 200 } }, { signal }),
    staleTime: minute,
  });
  const lists = useQuery({
    queryKey: ['smart-lists', 'names'],
    queryFn: ({ signal }) => call(listSmartLists, { query: { limit: 200 } }, { signal }),
    staleTime: minute,
  });
  const types = useActivityTypes();
  return {
    courses: (courses.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title })),
    activityTypes: types,
    lists: (lists.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
  };
}

function useActivityTypes() {
  const { data } = useQuery({
    queryKey: ['activity-types'],
    queryFn: ({ signal }) => call(activityTypes, {}, { signal }),
    staleTime: minute,
  });
  return data?.items ?? [];
}

/** `metadata.<key>` fields seen on a type of activity, or on any. */
export function useMetadataFields(activityType: string | undefined): string[] {
  const keys = useActivityTypes().flatMap(({ type, metadata_keys }) =>
    activityType === undefined || type === activityType ? metadata_keys : [],
  );
  return [...new Set(keys)].map((key) => `metadata.${key}`);
}

/** `attributes.<name>` fields that some person has. */
export const useAttributeFields = (): string[] =>
  (useSeen()?.attributes ?? []).map((name) => (name.startsWith(attributes.prefix) ? name : attributes.prefix + name));

/** Names and values that were seen on people lately. */
function useSeen() {
  const { data } = useQuery({
    queryKey: ['rule-fields'],
    queryFn: ({ signal }) => call(smartListFields, {}, { signal }),
    staleTime: minute,
  });
  return data;
}

const offered: readonly string[] = ['tags', ...commonFields];
const { attributes, metadata } = freeFields;

/** Values of a field that were seen lately, those with `text` in them; none of fields without values worth offering. */
export function useSeenValues(field: string | undefined, activityType: string | undefined, text = ''): string[] {
  const [q] = useDebouncedValue(text.trim(), 200);
  const isMetadata = field?.startsWith(metadata.prefix) ?? false;
  const isFree = isMetadata || (field?.startsWith(attributes.prefix) ?? false);
  const named = field !== undefined && (offered.includes(field) || (isFree && !field.endsWith('.')));
  const { data } = useQuery({
    queryKey: ['seen-values', field, isMetadata ? activityType : '', q],
    queryFn: ({ signal }) =>
      call(
        smartListValues,
        { query: { field: field!, ...(isMetadata ? { activity_type: activityType } : {}), q } },
        { signal },
      ),
    enabled: named && (!isMetadata || Boolean(activityType)),
    placeholderData: keepPreviousData,
    staleTime: minute,
    retry: false,
  });
  return named ? (data?.items ?? []).map(String) : [];
}

export interface Choice {
  value: string;
  label: string;
}

/** Names of courses, lists, types of activities and steps, so that sentences say them. */
export function useNames(steps: Choice[] = []): ReadonlyMap<string, string> {
  const { courses, lists, activityTypes: types } = useSuggestions();
  const named = [...typeNames(types)].map(([type, label]) => ({ value: typeKey(type), label }));
  return new Map([...courses, ...lists, ...named, ...steps].map(({ value, label }) => [value, label]));
}

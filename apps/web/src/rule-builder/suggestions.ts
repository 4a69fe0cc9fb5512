import { activityTypes, listCourses } from '#contracts';
import { fieldOf } from '#rules';
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client';

const minute = 60_000;

/** What the builder offers to choose from: courses, lists, activity types with their metadata, values seen. */
export function useSuggestions() {
  const courses = useQuery({
    queryKey: ['courses'],
    queryFn: ({ signal }) => call(listCourses, { query: { limit: 200 } }, { signal }),
    staleTime: minute,
  });
  const types = useActivityTypes();
  return {
    courses: (courses.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title })),
    activityTypes: types.map(({ type }) => type),
    lists: [] as { value: string; label: string }[],
    valuesOf: (fieldId: string): string[] => [...(fieldOf(fieldId, 'person')?.values ?? [])],
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
export const useAttributeFields = (): string[] => [];

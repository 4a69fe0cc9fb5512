import { listTemplates } from '#contracts';
import { typeKey, typeNames, thingsOf, type Thing, type Things } from '#rules';
import { askedSteps, indexGraph, noNames, sentenceOf, withSteps, type Graph, type GraphNode, type Names } from '#graph';
import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { call } from '../api/client';
import { rowsOf } from '../api/paged';
import { useSuggestions } from '../rule-builder/suggestions';
import { ErrorBoundary } from '../ui/feedback/error-boundary';
import { useAutomations } from './automations.queries';

export const useTemplates = () =>
  useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => call(listTemplates, { query: { limit: 200 } }, { signal }),
  });

interface Named {
  names: Names;
  things: readonly Thing[];
}
const nothing: Named = { names: noNames, things: [] };
const NamesContext = createContext(nothing);

/**
 * Lets the sentences of steps say what lists, courses, automations and templates are called. Where that fails, what is
 * inside goes on without names.
 */
export function ReferenceNames({ children }: { children: ReactNode }) {
  const [named, setNamed] = useState(nothing);
  return (
    <>
      <ErrorBoundary room="line" what="The names of lists, courses, automations and templates could not be shown">
        <ReadNames onRead={setNamed} />
      </ErrorBoundary>
      <NamesContext value={named}>{children}</NamesContext>
    </>
  );
}

const keyOf = ({ kind, id }: Thing) => (kind === 'activity' ? typeKey(id) : id);

function ReadNames({ onRead }: { onRead: (named: Named) => void }) {
  const { courses, lists, activityTypes: types } = useSuggestions();
  const automations = rowsOf(useAutomations({ q: '', status: undefined }).data);
  const templates = useTemplates().data?.items ?? [];
  const all = JSON.stringify([
    ...courses.map(({ value: id, label: name }): Thing => ({ kind: 'course', id, name })),
    ...lists.map(({ value: id, label: name }): Thing => ({ kind: 'list', id, name })),
    ...automations.map(({ id, name }): Thing => ({ kind: 'automation', id, name })),
    ...templates.map(({ id, name }): Thing => ({ kind: 'template', id, name })),
    ...[...typeNames(types)].map(([id, name]): Thing => ({ kind: 'activity', id, name })),
  ]);
  // One map as long as nothing is called otherwise: every card reads it.
  useEffect(() => {
    const things = JSON.parse(all) as Thing[];
    onRead({ things, names: new Map(things.map((thing) => [keyOf(thing), thing.name])) });
  }, [all, onRead]);
  return null;
}

/** Names of things outside the drawing, by id; of types of activities, by `typeKey`. */
export const useReferenceNames = (): Names => useContext(NamesContext).names;

/** What a typed sentence can name: the same things, and the mails of this drawing. */
export function useThings(graph: Graph): Things {
  const { names, things } = useContext(NamesContext);
  return useMemo(() => {
    const all = withSteps(names, graph);
    const steps = graph.nodes.flatMap(({ id }): Thing[] => {
      const name = all.get(id);
      return name === undefined ? [] : [{ kind: 'step', id, name }];
    });
    return thingsOf([...things, ...steps]);
  }, [names, things, graph]);
}

/** Says steps of a drawing, with the names of what they are about. */
export function useSentences(graph: Graph): (node: GraphNode) => string {
  const things = useReferenceNames();
  return useMemo(() => {
    const names = withSteps(things, graph);
    return (node: GraphNode) => sentenceOf(node, names);
  }, [things, graph]);
}

/** The earlier steps that a step asks about, in a form that stays the same while what they are called does. */
export const askedBy = (step: GraphNode, graph: Graph): string => {
  const ids = askedSteps(step);
  if (ids.length === 0) return '';
  const { nodes } = indexGraph(graph);
  const about = ids.flatMap((id) => nodes.get(id) ?? []);
  return JSON.stringify(
    about.map(({ id, type, config: { subject, template_id } }) => ({ id, type, config: { subject, template_id } })),
  );
};

/** The names for one step, from what `askedBy` said. */
export function useNamesFor(asked: string): Names {
  const things = useReferenceNames();
  return useMemo(
    () => (asked === '' ? things : withSteps(things, { nodes: JSON.parse(asked) as GraphNode[] })),
    [things, asked],
  );
}

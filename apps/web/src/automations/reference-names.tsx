import { listTemplates } from '#contracts';
import { askedSteps, indexGraph, noNames, sentenceOf, withSteps, type Graph, type GraphNode, type Names } from '#graph';
import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { call } from '../api/client';
import { rowsOf } from '../api/paged';
import { useNames } from '../rule-builder/suggestions';
import { ErrorBoundary } from '../ui/feedback/error-boundary';
import { useAutomations } from './automations.queries';

export const useTemplates = () =>
  useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => call(listTemplates, { query: { limit: 200 } }, { signal }),
  });

const NamesContext = createContext<Names>(noNames);

/**
 * Lets the sentences of steps say what lists, courses, automations and templates are called. Where that fails, what is
 * inside goes on without names.
 */
export function ReferenceNames({ children }: { children: ReactNode }) {
  const [names, setNames] = useState<Names>(noNames);
  return (
    <>
      <ErrorBoundary room="line" what="The names of lists, courses, automations and templates could not be shown">
        <ReadNames onRead={setNames} />
      </ErrorBoundary>
      <NamesContext value={names}>{children}</NamesContext>
    </>
  );
}

function ReadNames({ onRead }: { onRead: (names: Names) => void }) {
  const rules = useNames();
  const automations = rowsOf(useAutomations({ q: '', status: undefined }).data);
  const templates = useTemplates().data?.items ?? [];
  const all = JSON.stringify([...rules, ...[...automations, ...templates].map(({ id, name }) => [id, name])]);
  // One map as long as nothing is called otherwise: every card reads it.
  useEffect(() => onRead(new Map(JSON.parse(all) as [string, string][])), [all, onRead]);
  return null;
}

/** Names of things outside the drawing, by id. */
export const useReferenceNames = (): Names => useContext(NamesContext);

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

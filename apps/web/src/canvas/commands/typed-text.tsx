import './typed-text.css';
import {
  sentenceOf,
  stepsFromEnglish,
  typedRefusal,
  withSteps,
  type Graph,
  type HeardText,
  type Names,
  type Place,
} from '#graph';
import type { Things } from '#rules';
import { useMemo } from 'react';
import { useReferenceNames, useThings } from '../../automations/reference-names';
import { placeOfTyped } from '../document/steps';
import { useEditor } from '../document/use-editor';

/** Steps as they are being written: what is understood, where they go, and why they cannot. */
export interface Typed {
  heard: HeardText;
  place: Place | undefined;
  /** What would be added, in the editor's own words; empty while something is not understood. */
  says: string;
  refused: string | undefined;
}

interface Drawn {
  graph: Graph;
  selected: string | undefined;
  things: Things;
  names: Names;
}

/** Reads steps as they are written; undefined where nothing is. */
export function typedOf(text: string, { graph, selected, things, names }: Drawn): Typed | undefined {
  if (text.trim() === '') return undefined;
  const heard = stepsFromEnglish(text, things);
  const understood = heard.marks.length === 0 && heard.nodes.length > 0;
  const place = placeOfTyped(graph, selected);
  const all = withSteps(names, graph);
  return {
    heard,
    place,
    says: understood ? heard.nodes.map((node) => sentenceOf(node, all)).join(' · ') : '',
    refused: understood ? typedRefusal(graph, heard, place) : undefined,
  };
}

/** The same while somebody types. */
export function useTyped(text: string): Typed | undefined {
  const graph = useEditor((state) => state.document.graph);
  const selected = useEditor((state) => state.selected.at(-1));
  const things = useThings(graph);
  const names = useReferenceNames();
  return useMemo(() => typedOf(text, { graph, selected, things, names }), [text, graph, selected, things, names]);
}

/** What was typed, with what was not understood marked. */
export function TypedText({ text, typed: { heard } }: { text: string; typed: Typed }) {
  const pieces: React.ReactNode[] = [];
  let at = 0;
  for (const { from, to } of heard.marks) {
    const part = text.slice(from, to);
    const words = part.replace(/[\s,]+$/, '');
    pieces.push(text.slice(at, from), <mark key={from}>{words || '…'}</mark>, part.slice(words.length));
    at = to;
  }
  return (
    <p className="typed-text sentence">
      {pieces}
      {text.slice(at)}
    </p>
  );
}

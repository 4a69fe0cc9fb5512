import {
  connectionRefusal,
  indexGraph,
  nodeDef,
  nodes,
  nodeTypes,
  refusal,
  type Graph,
  type GraphNode,
  type NodeDef,
  type NodeKind,
  type Place,
} from '#graph';
import { IconArrowRampRight, IconSquareFilled } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { kindColor, StepIcon } from '../../automations/step-icon';
import { endPath, followerOf, leadTo } from '../document/paths';
import { addStep } from '../document/steps';
import type { EditorStore } from '../document/editor-store';
import { recentTypes, rememberType } from './recent-steps';

/** Something that the picker offers for a place on a path. */
export interface Offer {
  id: string;
  title: string;
  text: string;
  icon: ReactNode;
  color?: string;
  /** Why it cannot be done here. */
  reason?: string;
  /** What it is found by, besides its title. */
  words: string;
  /** It does not add a step, and stands below those that do. */
  path?: true;
  /** Does it and closes the picker; `steps` shows the steps that are there instead. */
  run: 'steps' | (() => string | undefined);
}

/** Of steps that were not used lately, the usual ones come first. */
const order: NodeKind[] = ['mail', 'wait', 'rule', 'split', 'action', 'end', 'entry'];

const offerOf = (store: EditorStore, graph: Graph, place: Place | undefined, def: NodeDef): Offer => ({
  id: def.type,
  title: def.title,
  text: def.summary,
  icon: <StepIcon type={def.type} />,
  color: kindColor(def.type),
  reason: refusal(graph, def.type, place),
  words: `${def.kind} ${def.type}`,
  run: () => {
    const reason = addStep(store, def.type, place);
    if (!reason) rememberType(def.type);
    return reason;
  },
});

/** Ends a path that leads on. */
const endHere = (store: EditorStore, place: Place): Offer => ({
  id: 'end-here',
  title: 'End here',
  text: 'This path leads on no more. What follows stays.',
  icon: <IconSquareFilled size={16} style={{ transform: 'scale(0.6)' }} aria-hidden />,
  color: 'var(--kind-end)',
  words: 'stop disconnect nothing',
  path: true,
  run: () => {
    endPath(store, place);
    return undefined;
  },
});

/** New steps for a place, those used lately first; then the ways to end the path or to lead it to a step that is there. */
export function newSteps(store: EditorStore, graph: Graph, place: Place | undefined): Offer[] {
  const recent = recentTypes();
  const rank = (type: string) => (recent.includes(type) ? recent.indexOf(type) : recent.length);
  const connected = place !== undefined && followerOf(graph, place) !== undefined;
  const steps = nodeTypes
    .map((type): NodeDef => nodes[type])
    .filter((def) => !(place && def.kind === 'end'))
    .toSorted(
      (a, b) =>
        Number(a.kind === 'entry') - Number(b.kind === 'entry') ||
        rank(a.type) - rank(b.type) ||
        order.indexOf(a.kind) - order.indexOf(b.kind),
    )
    .map((def) => offerOf(store, graph, place, def));
  if (!place) return steps;
  const end: Offer = connected
    ? endHere(store, place)
    : { ...offerOf(store, graph, place, nodes.exit), title: 'End here', path: true };
  const goTo: Offer = {
    id: 'go-to',
    title: 'Go to a step…',
    text: connected ? 'Lead this path elsewhere, to a step that is there.' : 'Lead this path to a step that is there.',
    icon: <IconArrowRampRight size={16} stroke={1.5} aria-hidden />,
    words: 'connect join jump loop back',
    path: true,
    run: 'steps',
  };
  return [...steps, end, goTo];
}

/** The steps that are there, in reading order, for a path to lead to; and its end, where it leads on now. */
export function knownSteps(store: EditorStore, graph: Graph, place: Place, say: (node: GraphNode) => string): Offer[] {
  const { in: into, nodes: steps } = indexGraph(graph);
  const offers = graph.nodes.map((node): Offer => {
    const title = nodeDef(node.type)?.title ?? 'Step';
    const before = steps.get(into.get(node.id)?.[0]?.source ?? '');
    const sentence = say(node);
    return {
      id: `step-${node.id}`,
      title: sentence || title,
      text: before ? `After “${say(before)}”` : sentence ? title : '',
      icon: <StepIcon type={node.type} />,
      color: kindColor(node.type),
      reason: connectionRefusal(graph, place, node.id),
      words: title,
      run: () => leadTo(store, place, node.id),
    };
  });
  const possible = (offer: Offer) => Number(offer.reason !== undefined);
  return [
    ...offers.toSorted((a, b) => possible(a) - possible(b)),
    ...(followerOf(graph, place) === undefined ? [] : [endHere(store, place)]),
  ];
}

/** Of these what has every typed word in it, those whose name begins with it first. */
export function matching(offers: readonly Offer[], search: string): Offer[] {
  const typed = search.trim().toLowerCase();
  if (typed === '') return [...offers];
  const words = typed.split(/\s+/);
  return offers
    .filter(({ title, text, words: more }) => {
      const all = `${title} ${text} ${more}`.toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .toSorted((a, b) => closeness(a.title, typed) - closeness(b.title, typed));
}

/** 0: its name begins so; 1: a word of its name does; 2: it is only found in the description. */
function closeness(name: string, typed: string): number {
  const title = name.toLowerCase();
  if (title.startsWith(typed)) return 0;
  return title.split(/\W+/).some((word) => word.startsWith(typed)) ? 1 : 2;
}

import {
  connectionRefusal,
  nodes,
  nodeTypes,
  refusal,
  sentenceOf,
  withSteps,
  type GraphNode,
  type NodeType,
  type Place,
} from '#graph';
import { IconArrowRampRight } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useReferenceNames, useThings } from '../../automations/reference-names';
import { StepIcon } from '../../automations/step-icon';
import {
  usePaletteSource,
  usePaletteStore,
  type PaletteGroup,
  type PaletteItem,
} from '../../ui/commands/palette-store';
import { showToast } from '../../ui/feedback/toast';
import { leadTo } from '../document/paths';
import { addStep, placeAfter, placeBefore } from '../document/steps';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import { commands, whyNot } from '.';
import { Keys } from './keys';
import { placed, writtenSteps } from './written-steps';

/** What the palette offers over a drawing: steps as they are written, the steps there are, steps to add, commands. */
export function useCanvasPalette(): void {
  const store = useEditorStore();
  const screen = useScreenStore();
  const palette = usePaletteStore();
  const things = useThings(useEditor((state) => state.document.graph));
  const names = useReferenceNames();
  useEffect(() => {
    screen.setState({ openPalette: (query) => palette.getState().open(query) });
  }, [screen, palette]);

  const refuse = (reason: string | undefined) => {
    if (reason) showToast(reason);
  };

  usePaletteSource((query): PaletteGroup[] => {
    const { document: edited, selected, mode, readOnly } = store.getState();
    const { graph } = edited;
    const last = selected.at(-1);
    const says = (node: GraphNode) => sentenceOf(node, withSteps(names, graph));
    const add = (type: NodeType, place: Place | undefined, where: string): PaletteItem[] =>
      refusal(graph, type, place) === undefined
        ? [
            {
              id: `add-${type}-${place?.source ?? ''}-${place?.port ?? ''}`,
              label: `Add: ${nodes[type].title}`,
              kind: where,
              icon: <StepIcon type={type} />,
              run: () => refuse(addStep(store, type, place)),
            },
          ]
        : [];
    const groups: PaletteGroup[] = [];
    if (mode === 'build' && !readOnly) {
      groups.push(...writtenSteps(query, { store, things, names, refuse }));
      const near = placed(query, graph, says);
      const beside = near.flatMap(({ type, node, side }) =>
        add(
          type,
          side === 'after' ? placeAfter(graph, node.id) : placeBefore(graph, node.id),
          `${side} “${says(node)}”`,
        ),
      );
      const behind = last === undefined ? undefined : placeAfter(graph, last);
      groups.push({
        title: 'Add a step',
        items: [
          ...beside.map((item) => ({ ...item, found: true })),
          ...nodeTypes.flatMap((type) =>
            add(type, behind, last === undefined ? 'New step' : 'After the selected step'),
          ),
        ],
      });
      // Only for what is typed: every step of the drawing could be meant.
      if (behind && query.trim() !== '')
        groups.push({
          title: 'Lead the path on',
          items: graph.nodes.map((node) => {
            const reason = connectionRefusal(graph, behind, node.id);
            return {
              id: `lead-${node.id}`,
              label: `Go to: ${says(node)}`,
              kind: reason ?? 'After the selected step',
              unavailable: reason !== undefined,
              icon: <IconArrowRampRight size={16} stroke={1.5} aria-hidden />,
              run: () => refuse(reason ?? leadTo(store, behind, node.id)),
            };
          }),
        });
    }
    groups.push({
      title: 'Steps',
      items: graph.nodes.map((node) => ({
        id: `step-${node.id}`,
        label: says(node),
        kind: 'Go to this step',
        keywords: nodes[node.type as NodeType]?.title,
        icon: <StepIcon type={node.type} />,
        run: () => {
          store.getState().select([node.id]);
          store.getState().openStep(node.id);
          screen.getState().camera?.reveal(node.id);
        },
      })),
    });
    groups.push({
      title: 'This page',
      items: commands
        .filter((command) => command.id !== 'find' && (command.there?.({ store, screen }) ?? true))
        .map((command) => ({ command, reason: whyNot(command, { store, screen }) }))
        .toSorted((a, b) => Number(a.reason !== undefined) - Number(b.reason !== undefined))
        .map(({ command, reason }) => ({
          id: command.id,
          label: command.label,
          kind: reason,
          unavailable: reason !== undefined,
          keys: command.keys[0] === undefined ? undefined : <Keys of={command.keys[0]} />,
          run: () => (reason === undefined ? command.run({ store, screen }) : refuse(`${command.label}: ${reason}`)),
        })),
    });
    return groups;
  });
}

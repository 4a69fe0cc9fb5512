import { nodeDef, outline, sentenceOf, type OutlineItem } from '#graph';
import { IconArrowBackUp, IconPlus } from '@tabler/icons-react';
import { useMemo } from 'react';
import { askedBy, useNamesFor } from '../../automations/reference-names';
import { StepIcon, kindColor } from '../../automations/step-icon';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import { PathExpected, StepExpected } from '../expected/expected-figures';
import { EndMoney } from '../live/end-figures';
import { PathFigures } from '../live/path-figures';
import { StepDifference } from '../live/step-difference';
import { StepFigures } from '../live/step-figures';
import { WriteSteps } from './write-steps';
import { StepPeople } from '../presence/step-people';

/** The same document as a nested list: for reading, for small screens and for screen readers. */
export function Outline({ wide }: { wide?: boolean }) {
  const graph = useEditor((state) => state.document.graph);
  const items = useMemo(() => outline(graph), [graph]);
  const screen = useScreenStore();
  const editable = useEditor((state) => state.mode === 'build' && !state.readOnly);
  return (
    <>
      <ol className={wide ? 'outline outline-wide' : 'outline'} role="tree" aria-label="Steps">
        {items.map((item, at) => (
          <OutlineRow key={`${item.node.id}-${at}`} item={item} />
        ))}
        {items.length === 0 ? (
          <li role="treeitem" aria-selected={false} className="outline-none">
            <p className="sentence">No steps yet.</p>
            {editable ? (
              <button
                type="button"
                className="text-button"
                onClick={(event) => {
                  const box = event.currentTarget.getBoundingClientRect();
                  screen.setState({ picker: { place: undefined, at: { x: box.left + 160, y: box.bottom } } });
                }}
              >
                Choose what starts it
              </button>
            ) : null}
          </li>
        ) : null}
      </ol>
      {editable ? <WriteSteps /> : null}
    </>
  );
}

function OutlineRow({ item }: { item: OutlineItem }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const { node, depth, via, again, open } = item;
  const names = useNamesFor(useEditor((state) => askedBy(node, state.document.graph)));
  const selected = useEditor((state) => state.selected.includes(node.id));
  const editable = useEditor((state) => state.mode === 'build' && !state.readOnly);
  const live = useEditor((state) => state.mode === 'live');
  const worst = useEditor((state) =>
    state.fresh.has(node.id) || state.mode !== 'build'
      ? undefined
      : state.problems.find((problem) => problem.node_id === node.id)?.severity,
  );
  const show = () => {
    store.getState().openStep(node.id);
    screen.getState().camera?.reveal(node.id);
  };
  const add = (port: string) => (event: React.MouseEvent<HTMLButtonElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    screen.setState({ picker: { place: { source: node.id, port }, at: { x: box.left, y: box.bottom } } });
  };
  return (
    <>
      <li
        role="treeitem"
        aria-level={depth + 1}
        aria-selected={selected}
        className="outline-row"
        data-again={again}
        style={{ ['--depth' as string]: depth, ['--kind' as string]: kindColor(node.type) }}
      >
        {via && (live || via.label) ? (
          <span className="outline-via">
            <bdi>{via.label || 'then'}</bdi>
            {live ? <PathFigures id={`${via.source}:${via.port}`} isFault={via.port === 'failed'} /> : null}
          </span>
        ) : null}
        <div className="outline-line">
          <button
            type="button"
            className="outline-step"
            data-testid={again ? undefined : `row-${node.id}`}
            data-severity={worst}
            onClick={show}
          >
            {again ? <IconArrowBackUp size={16} stroke={1.5} aria-hidden /> : <StepIcon type={node.type} />}
            <span>
              {again ? 'continues with ' : null}
              <span className={again ? 'quiet' : undefined}>{sentenceOf(node, names)}</span>
            </span>
          </button>
          {again ? null : <StepExpected id={node.id} />}
          <StepPeople id={node.id} place="row" />
          {editable && via ? (
            <button
              type="button"
              className="outline-add"
              aria-label={`Add a step before: ${nodeDef(node.type)?.title ?? 'step'}`}
              onClick={(event) => {
                const box = event.currentTarget.getBoundingClientRect();
                screen.setState({
                  picker: { place: { source: via.source, port: via.port }, at: { x: box.left, y: box.bottom } },
                });
              }}
            >
              <IconPlus size={14} stroke={2} aria-hidden />
            </button>
          ) : null}
        </div>
        {live && !again ? <StepFigures id={node.id} /> : null}
        {again ? null : <StepDifference id={node.id} />}
      </li>
      {open.map((port) => (
        <li
          key={port.port}
          role="treeitem"
          aria-selected={false}
          aria-level={depth + 1}
          className="outline-end"
          style={{ ['--depth' as string]: depth }}
        >
          {port.label ? <span className="outline-via">{port.label}</span> : null}
          {editable ? (
            <button type="button" className="text-button" onClick={add(port.port)}>
              Add a step
            </button>
          ) : null}
          <span className="label">this path ends here</span>
          <PathExpected nodeId={node.id} port={port.port} />
          {live ? <PathFigures id={`${node.id}:${port.port}`} isFault={port.port === 'failed'} /> : null}
          {live ? <EndMoney nodeId={node.id} port={port.port} /> : null}
        </li>
      ))}
    </>
  );
}

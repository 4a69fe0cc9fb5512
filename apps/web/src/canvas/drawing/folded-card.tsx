import { IconChevronDown } from '@tabler/icons-react';
import { count, plural } from '../../ui/formatting/format';
import { useEditor } from '../document/use-editor';
import { useLive } from '../live/live-store';
import { useScreenStore } from '../screen/screen-store';
import { FRAME_NAME } from './geometry';
import { foldedSentence, insideOf, sectionOf } from './folding';

/** A folded section: its name, and a sentence with what is in it and who. A click unfolds it. */
export function FoldedCard({ id }: { id: string }) {
  const screen = useScreenStore();
  const graph = useEditor((state) => state.document.graph);
  const section = sectionOf(graph, id);
  const steps = section ? insideOf(graph, section) : [];
  const ids = new Set(steps.map((step) => step.id));
  const problems = useEditor((state) => state.problems.filter((problem) => ids.has(problem.node_id ?? '')).length);
  const live = useEditor((state) => state.mode === 'live');
  const here = useLive(({ stats, trace }) =>
    trace ? 0 : [...ids].reduce((sum, step) => sum + (stats?.nodes[step]?.here_now ?? 0), 0),
  );
  if (!section) return null;
  const name = section.title || FRAME_NAME;
  const words = [
    foldedSentence(steps),
    ...(live ? [`${count(here)} here`] : problems > 0 ? [plural(problems, 'problem', 'problems')] : []),
  ].join(', ');
  const unfold = () => {
    const folded = new Set(screen.getState().folded);
    folded.delete(section.id ?? '');
    screen.setState({ folded });
  };
  return (
    <button type="button" className="folded nodrag nopan" onClick={unfold} data-testid={id} title="Unfold this section">
      <IconChevronDown size={16} stroke={1.5} aria-hidden />
      <span className="card-line">
        <b>
          <bdi>{name}</bdi>:
        </b>{' '}
        {words}
      </span>
    </button>
  );
}

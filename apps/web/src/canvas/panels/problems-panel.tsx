import { indexGraph, nodeDef, phrasesOf, sentenceOf, shorten, type Graph, type GraphNode, type Problem } from '#graph';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';

/** What keeps it from going live, and what is worth a look; each leads to its place. */
export function ProblemsPanel() {
  const problems = useEditor((state) => state.problems);
  const blocking = problems.filter((problem) => problem.severity === 'blocks');
  const looks = problems.filter((problem) => problem.severity === 'look');
  if (problems.length === 0)
    return (
      <div className="panel-body">
        <p className="sentence">No problems. It can be published.</p>
      </div>
    );
  return (
    <div className="panel-body" data-testid="problems">
      <ProblemList title="Blocks publishing" problems={blocking} />
      <ProblemList title="Worth a look" problems={looks} />
    </div>
  );
}

export function ProblemList({ title, problems }: { title: string; problems: readonly Problem[] }) {
  const go = useGoToProblem();
  const graph = useEditor((state) => state.document.graph);
  if (problems.length === 0) return null;
  const { nodes } = indexGraph(graph);
  return (
    <section>
      <h3 className="caps">
        {title} · {problems.length}
      </h3>
      <ul className="problem-list">
        {problems.map((problem, at) => {
          const step = problem.node_id === undefined ? undefined : nodes.get(problem.node_id);
          return (
            <li key={`${problem.code}-${problem.pointer}-${at}`}>
              <button type="button" className="problem" data-severity={problem.severity} onClick={() => go(problem)}>
                <b>{step ? nameOf(graph, step) : 'The automation'}</b>
                <span>{problem.message}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What a step says of itself, or, while it is unfinished, its kind; two of a kind can be told apart. */
const nameOf = (graph: Graph, step: GraphNode): string => {
  if (!phrasesOf(step).some((phrase) => phrase.blank)) return shorten(sentenceOf(step), 60);
  const title = nodeDef(step.type)?.title ?? 'Step';
  const alone = graph.nodes.every((other) => other.id === step.id || other.type !== step.type);
  return alone ? title : `${title}, step ${graph.nodes.indexOf(step) + 1} of ${graph.nodes.length}`;
};

/** Opens the step, or the settings, that a problem is about, at the field. */
function useGoToProblem() {
  const store = useEditorStore();
  const screen = useScreenStore();
  return (problem: Problem) => {
    const field = problem.pointer.split('/config/')[1]?.split('/')[0];
    screen.setState({ sheet: null });
    if (problem.node_id === undefined) {
      const [, settings, part = ''] = problem.pointer.split('/');
      const start = indexGraph(store.getState().document.graph).entry?.id;
      if (settings === 'settings' && start !== undefined && ['entry', 'exit_when', 'goal'].includes(part))
        store.getState().openStep(start, part);
      else store.getState().openStep(settings === 'settings' ? 'settings' : null);
      if (problem.pointer === '/nodes') screen.setState({ panel: 'steps' });
      return;
    }
    store.getState().openStep(problem.node_id, field);
    screen.getState().camera?.reveal(problem.node_id);
  };
}

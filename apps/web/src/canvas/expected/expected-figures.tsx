import './expected.css';
import { count, plural } from '../../ui/formatting/format';
import { useEditor } from '../document/use-editor';
import { assumedAt, onlyByHand, restsOn, useExpected, type Answer } from './expected-store';

const told = (answer: Answer | null): Answer | null => (answer && !onlyByHand(answer) ? answer : null);

const restsText = (rests: string | undefined): string => (rests ? ` Rests on what is assumed before: ${rests}` : '');

/** How many would have come to a step in the last 30 days; of a mail also how many would have left. */
export function StepExpected({ id }: { id: string }) {
  const known = useExpected(({ answer }) => told(answer) !== null);
  const entered = useExpected(({ answer }) => answer?.nodes[id]?.entered ?? 0);
  const sent = useExpected(({ answer }) => answer?.nodes[id]?.sent);
  const graph = useEditor((state) => state.document.graph);
  const rests = useExpected(({ answer }) => restsOn(answer, graph, id));
  const stale = useExpected((state) => state.stale);
  if (!known) return null;
  const held = sent === undefined ? 0 : entered - sent;
  return (
    <span
      className="step-expected"
      data-stale={stale}
      data-assumed={rests !== undefined}
      data-testid={`expected-${id}`}
      title={`${plural(entered, 'person', 'people')} would have come here in the last 30 days${
        held > 0 ? `; ${plural(held, 'e-mail', 'e-mails')} would not have been sent` : ''
      }.${restsText(rests)}`}
    >
      {count(entered)}
      {held > 0 ? ` · ${count(sent ?? 0)} sent` : ''}
      {rests ? <span className="visually-hidden">, rests on an assumption</span> : null}
    </span>
  );
}

/** How many would have taken a way out in the last 30 days, and that nobody would. */
export function PathExpected({ nodeId, port }: { nodeId: string; port: string }) {
  const entered = useExpected(({ answer }) => told(answer)?.nodes[nodeId]?.entered ?? 0);
  const unfinished = useExpected(({ answer }) => answer?.nodes[nodeId]?.unfinished);
  const taken = useExpected(({ answer }) => answer?.nodes[nodeId]?.ports[port] ?? 0);
  const assumed = useExpected(({ answer }) => assumedAt(answer, nodeId));
  const graph = useEditor((state) => state.document.graph);
  const rests = useExpected(({ answer }) => (assumed ? undefined : restsOn(answer, graph, nodeId)));
  const stale = useExpected((state) => state.stale);
  if (entered === 0 || unfinished) return null;
  return (
    <span
      className="path-expected"
      data-stale={stale}
      data-nobody={taken === 0}
      data-assumed={rests !== undefined}
      data-testid={`expected-${nodeId}:${port}`}
      title={`${count(taken)} of ${count(entered)} would have gone this way in the last 30 days.${assumed ? ` Assumed: ${assumed}` : restsText(rests)}`}
    >
      {taken > 0 ? count(taken) : `0 of ${count(entered)}`}
      <span className="expected-more">{assumed ? ', assumed' : taken > 0 ? '' : ' in 30 days'}</span>
      {rests ? <span className="visually-hidden">, rests on an assumption</span> : null}
    </span>
  );
}

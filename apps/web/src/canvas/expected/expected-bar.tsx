import { Switch } from '@mantine/core';
import { useMay } from '../../access/session.queries';
import { count, people, plural } from '../../ui/formatting/format';
import { shortTime } from '../../ui/formatting/time';
import { useEditor } from '../document/use-editor';
import { onlyByHand, useExpected, useExpectedStore, want, type Answer } from './expected-store';

/** Over the drawing while one builds: what the last 30 days say of it, what that rests on, and the switch. */
export function ExpectedBar() {
  const store = useExpectedStore();
  const may = useMay('change');
  const building = useEditor(
    (state) => state.mode === 'build' && !state.readOnly && state.document.graph.nodes.length > 0,
  );
  const { wanted, answer, stale, problem } = useExpected((state) => state);
  if (!may || !building) return null;
  return (
    <section className="expected-bar" aria-label="The last 30 days" data-testid="expected-bar" data-stale={stale}>
      <Switch
        size="xs"
        label="Last 30 days"
        checked={wanted}
        onChange={(event) => want(store, event.currentTarget.checked)}
      />
      {wanted && answer ? <Said answer={answer} /> : null}
      {wanted && problem ? <p className="label">The last 30 days could not be looked at: {problem}</p> : null}
    </section>
  );
}

function Said({ answer }: { answer: Answer }) {
  const { in_scope, looked_at, assumed, known_since } = answer;
  if (onlyByHand(answer))
    return <p className="sentence">People are only added by hand here, so the past says nothing.</p>;
  return (
    <>
      <p className="sentence" data-testid="expected-sum">
        {answer.people === 0 ? 'Nobody would have entered' : `${people(answer.people)} would have entered`}
        {answer.entered > answer.people ? ` (${count(answer.entered)} times)` : ''}
        {answer.messages > 0 ? `, ${plural(answer.messages, 'e-mail', 'e-mails')}` : ''}.
      </p>
      {looked_at < in_scope ? (
        <p className="label" data-testid="expected-sample">
          Of {people(in_scope)} who could have entered, {count(looked_at)} were looked at.
        </p>
      ) : null}
      {known_since ? <p className="label">The past is known from {shortTime(known_since)} on.</p> : null}
      {assumed.length > 0 ? (
        <details className="label">
          <summary>{plural(assumed.length, 'assumption', 'assumptions')}</summary>
          <ul>
            {assumed.map(({ code, text }) => (
              <li key={code}>{text}</li>
            ))}
          </ul>
          Numbers with a dotted line rest on them.
        </details>
      ) : null}
    </>
  );
}

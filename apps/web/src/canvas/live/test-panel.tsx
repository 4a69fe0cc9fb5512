import { simulateAutomation, type AnswerOf, type Automation, type Run } from '#contracts';
import { indexGraph } from '#graph';
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { call } from '../../api/client';
import { useSentences } from '../../automations/reference-names';
import { PersonInput } from '../../people/person-input';
import { Problem } from '../../ui/forms/confirm';
import { plural } from '../../ui/formatting/format';
import { shortTime } from '../../ui/formatting/time';
import { useEditor, useEditorStore } from '../document/use-editor';
import { traceOf, useLiveStore } from './live-store';
import { describeOutcome } from '../../runs/step-outcome';
import { reasonInWords } from '../../outbox/reason-words';

type Tried = AnswerOf<typeof simulateAutomation>;

interface TestProps {
  automation: Automation;
  flush: () => Promise<void>;
  /** What chooses between this and the storyboard. */
  faces: ReactNode;
}

/** Tries the draft on one person from an instant on, step by step; nothing leaves and nobody is changed. */
export function TestPanel({ automation, flush, faces }: TestProps) {
  const live = useLiveStore();
  const [who, setWho] = useState<'person' | 'sample'>('sample');
  const [email, setEmail] = useState('');
  const [at, setAt] = useState('');
  const [shown, setShown] = useState(1);
  const [run, setRun] = useState<Tried | undefined>();
  const [before, setBefore] = useState<Tried | undefined>();
  const tried = useMutation({
    mutationFn: async () => {
      await flush();
      return call(simulateAutomation, {
        params: { id: automation.id },
        body: {
          ...(who === 'person' ? { contact_email: email.trim() } : { sample: true as const }),
          ...(at ? { at: new Date(at).toISOString() } : {}),
        },
      });
    },
    onSuccess: (answer) => {
      setBefore(run);
      setRun(answer);
      setShown(1);
    },
  });
  useEffect(() => {
    live.setState({ trace: run ? traceOf(asRun(run, automation, shown)) : null });
    return () => live.setState({ trace: null });
  }, [live, run, shown, automation]);
  return (
    <aside className="inspector people" aria-label="Test" data-testid="test-panel">
      <header className="inspector-head">
        <h2>Test</h2>
      </header>
      {faces}
      <p className="sentence quiet">One person goes through the draft. Nothing is sent and nobody is changed.</p>
      <form
        className="field-group"
        onSubmit={(event) => {
          event.preventDefault();
          tried.mutate();
        }}
      >
        <SegmentedControl
          size="xs"
          value={who}
          onChange={(value) => setWho(value as typeof who)}
          data={[
            { value: 'sample', label: 'A sample person' },
            { value: 'person', label: 'A person' },
          ]}
          aria-label="Who"
        />
        {who === 'person' ? <PersonInput label="Person" value={email} onChange={setEmail} /> : null}
        <TextInput
          type="datetime-local"
          label="They enter at"
          description="Leave empty to start now. With a time in the past, everything recorded after it also happens in the test."
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
        <div>
          <Button
            type="submit"
            disabled={tried.isPending || (who === 'person' && !email.includes('@'))}
            data-testid="test-run"
          >
            {run ? 'Run again' : 'Run the test'}
          </Button>
        </div>
        <Problem error={tried.error} />
      </form>
      {run ? <Way run={run} before={before} shown={shown} onShow={setShown} /> : null}
    </aside>
  );
}

interface WayProps {
  run: Tried;
  before: Tried | undefined;
  shown: number;
  onShow: (steps: number) => void;
}

function Way({ run, before, shown, onShow }: WayProps) {
  const store = useEditorStore();
  const graph = useEditor((state) => state.document.graph);
  const { nodes } = indexGraph(graph);
  const say = useSentences(graph);
  const clock = run.steps[shown - 1]?.entered_at ?? run.entered_at;
  const all = shown >= run.steps.length;
  return (
    <>
      <p className="sentence" role="status" data-testid="test-clock">
        {shortTime(clock)}: step {shown} of {run.steps.length}
      </p>
      <div className="row">
        <Button variant="default" size="compact-sm" disabled={shown <= 1} onClick={() => onShow(shown - 1)}>
          Back
        </Button>
        <Button
          variant="default"
          size="compact-sm"
          disabled={all}
          onClick={() => onShow(shown + 1)}
          data-testid="test-next"
        >
          {waits(run, shown) ? 'Skip the wait' : 'Next step'}
        </Button>
        <Button
          variant="subtle"
          size="compact-sm"
          disabled={all}
          onClick={() => onShow(run.steps.length)}
          data-testid="test-all"
        >
          To the end
        </Button>
      </div>
      <ol className="visits" data-testid="test-steps">
        {run.steps.slice(0, shown).map((step) => {
          const node = nodes.get(step.node_id);
          return (
            <li key={`${step.node_id}-${step.visit}`}>
              <p className="label">{shortTime(step.entered_at)}</p>
              <button type="button" className="link" onClick={() => store.getState().select([step.node_id])}>
                {node ? say(node) : 'A step that was removed'}
              </button>
              <p className="visit-outcome">{describeOutcome(step, node)}</p>
            </li>
          );
        })}
      </ol>
      {all ? (
        <p className="sentence" data-testid="test-end">
          {ending(run)} {plural(run.messages.filter((mail) => !mail.skipped).length, 'e-mail', 'e-mails')} would have
          been sent.
        </p>
      ) : null}
      {before && wayOf(before) !== wayOf(run) ? (
        <p className="sentence" data-testid="test-differs">
          A different path from last time: {plural(before.steps.length, 'step', 'steps')} then, {run.steps.length} now.
        </p>
      ) : null}
    </>
  );
}

const wayOf = (run: Tried): string => run.steps.map((step) => `${step.node_id}:${step.port}`).join(' ');

/** Whether time passes between the step that is shown and the next one. */
const waits = (run: Tried, shown: number): boolean => {
  const [now, next] = [run.steps[shown - 1], run.steps[shown]];
  return now !== undefined && next !== undefined && now.entered_at !== next.entered_at;
};

function ending(run: Tried): string {
  if (run.ended_at === null) return 'Still inside after a year.';
  return run.status === 'exited'
    ? `Left: ${reasonInWords(run.end_reason ?? 'exit')}.`
    : `Finished${run.end_reason ? `: ${reasonInWords(run.end_reason)}` : ''}.`;
}

/** The tried way, so far, in the shape in which the drawing shows people's ways. */
const asRun = (run: Tried, { id }: Automation, shown: number): Run => ({
  id: 'test',
  automation_id: id,
  version: 0,
  contact_email: run.contact_email,
  contact_id: null,
  status: run.status as Run['status'],
  node_id: run.node_id,
  wake_at: null,
  entered_at: run.entered_at,
  ended_at: run.ended_at,
  end_reason: run.end_reason,
  steps: run.steps.slice(0, shown),
});

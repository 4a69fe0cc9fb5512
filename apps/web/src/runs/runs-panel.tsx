import { adminAddresses, enterAutomation, getRun, type Automation, type Run } from '#contracts';
import { indexGraph, nodeDef, type Graph, type GraphNode } from '#graph';
import { ActionIcon, Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useMay } from '../access/session.queries';
import { call } from '../api/client';
import { fallbackPoll } from '../api/live-changes';
import { rowsOf } from '../api/paged';
import { PersonInput } from '../people/person-input';
import { useSentences } from '../automations/reference-names';
import { useRuns } from '../automations/automations.queries';
import { Problem } from '../ui/forms/confirm';
import { LoadMore } from '../ui/pages/load-more';
import { Failed, Loading } from '../ui/feedback/query-states';
import { shortTime, Time } from '../ui/formatting/time';
import { CheckResults, proves, type Proof } from '../rule-builder/answers/check-results';
import { useNames } from '../rule-builder/suggestions';
import { reasonInWords } from '../outbox/reason-words';
import { describeOutcome } from './step-outcome';
import { RetryAll } from './retry-all';
import { RunActions } from './run-actions';
import { SpanChoice } from './span-choice';
import { StepPeople } from './step-people';
import { WhyNotEntered } from './why-not-entered';

/** One run, kept fresh while it is looked at. */
export const useRun = (id: string | undefined) =>
  useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => call(getRun, { params: { id: id ?? '' } }, { signal }),
    refetchInterval: fallbackPoll,
    enabled: id !== undefined,
  });

interface RunsPanelProps {
  automation: Automation;
  graph: Graph;
  /** Only people who were at this step. */
  nodeId: string | undefined;
  onStep: (id: string | undefined) => void;
  onTrace: (run: Run | undefined) => void;
  traced: Run | undefined;
}

/** The people who came in, newest first; choosing one draws their way. */
export function RunsPanel({ automation, graph, nodeId, onStep, onTrace, traced }: RunsPanelProps) {
  const [query] = useSearchParams();
  const [email, setEmail] = useState(query.get('person') ?? '');
  const [typed] = useDebouncedValue(email.trim(), 300);
  // A part of a name or an address is looked up first; only a whole address says whose way is meant.
  const search = typed.includes('@') ? typed : '';
  const say = useSentences(graph);
  const step = nodeId === undefined ? undefined : indexGraph(graph).nodes.get(nodeId);
  const ofStep = step !== undefined && search === '';
  const runs = useRuns(automation.id, search ? { contact_email: search } : {}, traced === undefined && !ofStep);
  const rows = rowsOf(runs.data);
  if (traced) return <Traced run={traced} graph={graph} onClose={() => onTrace(undefined)} />;
  return (
    <aside className="inspector people" aria-label="People" data-testid="runs">
      <header className="inspector-head">
        <h2>People</h2>
      </header>
      <PersonInput
        aria-label="Look up a person"
        placeholder="Look up a person by name or address"
        value={email}
        onChange={setEmail}
      />
      <SpanChoice />
      <RetryAll automationId={automation.id} nodeId={nodeId} />
      {ofStep ? (
        <StepPeople
          automationId={automation.id}
          step={step}
          graph={graph}
          onTrace={onTrace}
          onEveryone={() => onStep(undefined)}
        />
      ) : (
        <>
          {runs.error ? (
            <Failed error={runs.error} what="The people could not be loaded" onRetry={() => void runs.refetch()} />
          ) : null}
          {runs.isPending ? <Loading lines={5} /> : null}
          {runs.data && rows.length === 0 ? (
            <p className="sentence quiet">
              {search
                ? `${search} has not entered.`
                : automation.status === 'draft'
                  ? 'Nobody yet. People can enter once it is published.'
                  : 'Nobody has entered yet.'}
            </p>
          ) : null}
          <ul className="runs">
            {rows.map((run) => (
              <li key={run.id}>
                <button
                  type="button"
                  className="run"
                  onClick={() => onTrace(run)}
                  data-testid={`run-${run.contact_email}`}
                >
                  <b>{run.contact_email}</b>
                  <span className="label">
                    {standing(run, graph, say)} · <Time at={run.entered_at} />
                  </span>
                </button>
              </li>
            ))}
          </ul>
          <LoadMore list={runs} />
        </>
      )}
      {search ? <WhyNotEntered automation={automation} graph={graph} email={search} /> : null}
      <EnterByHand automation={automation} />
    </aside>
  );
}

/** Where a person stands, in a few words. */
function standing(run: Run, graph: Graph, say: (node: GraphNode) => string): string {
  const node = run.node_id === null ? undefined : indexGraph(graph).nodes.get(run.node_id);
  const at = node ? `: ${say(node)}` : '';
  switch (run.status) {
    case 'waiting':
      return `waiting${at}`;
    case 'active':
      return `moving${at}`;
    case 'failed':
      return `failed${at}`;
    case 'exited':
      return run.end_reason ? `left: ${reasonInWords(run.end_reason)}` : 'left';
    default:
      return run.end_reason ? `finished: ${reasonInWords(run.end_reason)}` : 'finished';
  }
}

function Traced({ run, graph, onClose }: { run: Run; graph: Graph; onClose: () => void }) {
  const fresh = useRun(run.id);
  const current = fresh.data ?? run;
  const say = useSentences(graph);
  const { nodes } = indexGraph(graph);
  return (
    <aside className="inspector people" aria-label={`The path of ${run.contact_email}`} data-testid="trace">
      <header className="inspector-head">
        <h2>{current.contact_email}</h2>
        <span className="bar-gap" />
        <ActionIcon aria-label="Show everyone again" onClick={onClose}>
          <IconX size={16} stroke={1.5} />
        </ActionIcon>
      </header>
      <p className="sentence">
        Entered {shortTime(current.entered_at)}, version {current.version}; {standing(current, graph, say)}
        {current.wake_at ? ` until ${shortTime(current.wake_at)}` : ''}.
      </p>
      <RunActions run={current} />
      <ol className="visits">
        {current.steps.map((step) => {
          const node = nodes.get(step.node_id);
          return (
            <li key={`${step.node_id}-${step.visit}`}>
              <p className="label">{shortTime(step.entered_at)}</p>
              <p className="sentence">{node ? say(node) : 'A step that was removed'}</p>
              <p className="visit-outcome">{describeOutcome(step, node)}</p>
              {node ? <Because step={step} node={node} /> : null}
            </li>
          );
        })}
      </ol>
      {current.contact_id ? (
        <a href={adminAddresses.contact(current.contact_id)}>Open this person in the directory</a>
      ) : null}
    </aside>
  );
}

/** What was known when a step decided; kept with the step, so it stays true when the person changes. */
function Because({ step, node }: { step: Run['steps'][number]; node: GraphNode }) {
  const names = useNames();
  const proofs = Array.isArray(step.outcome.because) ? (step.outcome.because as Proof[]) : [];
  const asked = nodeDef(node.type)?.asks?.(node.config as never) ?? [];
  return asked.map((rule, at) => {
    const proof = proofs[at];
    return proof && proves(proof, rule) ? (
      <CheckResults key={at} rule={rule} proof={proof} names={names} place="graph" />
    ) : null;
  });
}

function EnterByHand({ automation }: { automation: Automation }) {
  const client = useQueryClient();
  const may = useMay('people');
  const [email, setEmail] = useState('');
  const enter = useMutation({
    mutationFn: () => call(enterAutomation, { params: { id: automation.id }, body: { contact_email: email.trim() } }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['automation-runs', automation.id] }),
        client.invalidateQueries({ queryKey: ['automation-stats', automation.id] }),
      ]),
  });
  if (!may || automation.status !== 'live') return null;
  return (
    <form
      className="field-group"
      onSubmit={(event) => {
        event.preventDefault();
        if (email.trim()) enter.mutate();
      }}
    >
      <PersonInput
        label="Add someone by hand"
        description="The entry limit still applies."
        value={email}
        onChange={setEmail}
      />
      <div>
        <Button type="submit" variant="default" size="compact-sm" disabled={enter.isPending || !email.includes('@')}>
          {' '}
          Add{' '}
        </Button>
      </div>
      {enter.data ? (
        <p className="label" role="status">
          {enter.data.entered ? 'Added.' : `Not added: ${enter.data.reason ?? 'the entry limit applies'}.`}
        </p>
      ) : null}
      <Problem error={enter.error} />
    </form>
  );
}

import { explainAutomation, type AnswerOf, type Automation } from '#contracts';
import type { Graph } from '#graph';
import { indexGraph } from '#graph';
import { typeKey, typeLabel, type Group } from '#rules';
import { Button } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client';
import { CheckResults, proves, type Proof } from '../rule-builder/answers/check-results';
import { useNames } from '../rule-builder/suggestions';
import { Failed, Loading } from '../ui/feedback/query-states';
import { relativeTime, shortTime } from '../ui/formatting/time';
import { reasonInWords } from '../outbox/reason-words';

interface ExplanationProps {
  automationId: string;
  /** The drawing that runs; its start gives the proof its words. Without one only the sentences are shown. */
  graph: Graph | undefined;
  email: string;
}

/** The question in the list of people: asked by a button, answered in its place. */
export function WhyNotEntered({ automation, graph, email }: { automation: Automation; graph: Graph; email: string }) {
  const [asked, setAsked] = useState<string | null>(null);
  if (asked === email) return <Explanation automationId={automation.id} graph={graph} email={email} />;
  return (
    <div>
      <Button variant="default" size="compact-sm" onClick={() => setAsked(email)} data-testid="why-not">
        Why not this person?
      </Button>
    </div>
  );
}

/** Whether somebody would come in, and what keeps them out: rule by rule, with the smallest change that would turn it. */
export function Explanation({ automationId, graph, email }: ExplanationProps) {
  const names = useNames();
  const answer = useQuery({
    queryKey: ['explain', automationId, email],
    queryFn: ({ signal }) =>
      call(explainAutomation, { params: { id: automationId }, query: { contact_email: email } }, { signal }),
    retry: false,
  });
  const rules = graph ? (indexGraph(graph).entry?.config.rules as Group | undefined) : undefined;
  const said = answer.data;
  return (
    <section className="field-group" aria-label="Why not this person?" data-testid="explanation">
      {answer.isPending ? <Loading lines={3} /> : null}
      {answer.error ? (
        <Failed error={answer.error} what="This could not be explained" onRetry={() => void answer.refetch()} />
      ) : null}
      {said ? (
        <>
          <p className="sentence">
            <b>{said.would_enter ? 'They would enter.' : 'They would not enter.'}</b> {said.because}
          </p>
          {said.proof && rules && proves(said.proof as Proof, rules) ? (
            <CheckResults rule={rules} proof={said.proof as Proof} names={names} />
          ) : null}
          {said.checks ? <MonitorChecks checks={said.checks} /> : null}
          {said.smallest_change ? <p className="sentence">{said.smallest_change.text}</p> : null}
          {said.activity?.last_at ? (
            <p className="label">
              Last{' '}
              <span title={said.activity.type}>
                {names.get(typeKey(said.activity.type)) ?? typeLabel(said.activity.type)}
              </span>
              : {relativeTime(said.activity.last_at)}
              {said.activity.fits ? '' : ', which does not match the start'}
            </p>
          ) : null}
          {said.mail.broadcast ? (
            <p className="sentence">Marketing mail would not reach them: {reasonInWords(said.mail.broadcast)}.</p>
          ) : null}
        </>
      ) : null}
    </section>
  );
}

type Checks = NonNullable<AnswerOf<typeof explainAutomation>['checks']>;

/** What a monitor asks, rule by rule with what it saw: of each of their newest leads, or of themselves. */
function MonitorChecks({ checks }: { checks: Checks }) {
  if (checks.length === 0) return <p className="sentence">They have no lead.</p>;
  return checks.map(({ lead, rules }) => (
    <div key={lead?.id ?? ''} data-testid="monitor-checks">
      {lead ? <p className="label">Their lead of {shortTime(lead.created_at)}</p> : null}
      <ul className="proof">
        {rules.map(({ text, met, at, seen }) => {
          const Glyph = met ? IconCheck : IconX;
          return (
            <li key={text} data-met={met}>
              <div className="proof-row">
                <Glyph size={16} stroke={1.5} aria-hidden />
                <span>
                  <span className="sentence">
                    <span className="visually-hidden">{met ? 'Met: ' : 'Not met: '}</span>
                    {text}
                  </span>{' '}
                  <span className="label">{at ? `${relativeTime(at)} (${shortTime(at)})` : seen}</span>
                </span>
              </div>
            </li>
          );
        })}
      </ul>
    </div>
  ));
}

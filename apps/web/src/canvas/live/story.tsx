import type { Backtest } from '#contracts';
import { indexGraph, type Graph, type GraphNode } from '#graph';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { stepMail } from '../../automations/step-mail.queries';
import { useSentences } from '../../automations/reference-names';
import { reasonInWords } from '../../outbox/reason-words';
import { describeOutcome } from '../../runs/step-outcome';
import { clockTime } from '../../ui/formatting/time';
import { MailThumbnail } from './mail-thumbnail';

export type StoryOf = Backtest['storyboard'][number];
type Step = StoryOf['steps'][number];

const dayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const dayOf = (instant: string): string => dayFormat.format(new Date(instant));

/** One person's way on a dated strip, with their mails as they would read. */
export function Story({ story, graph }: { story: StoryOf; graph: Graph }) {
  const { nodes } = indexGraph(graph);
  const say = useSentences(graph);
  return (
    <ol className="strip" data-testid="strip">
      {story.steps.map((step, at) => {
        const node = nodes.get(step.node_id);
        const before = story.steps[at - 1];
        const day = dayOf(step.entered_at);
        return (
          <li key={`${step.node_id}-${step.visit}`}>
            <p className="strip-time label">
              {before === undefined || dayOf(before.entered_at) !== day ? <b>{day}</b> : null}
              <span>{clockTime(step.entered_at)}</span>
            </p>
            <div className="strip-what">
              <p className="sentence">{node ? say(node) : 'A step that was removed'}</p>
              {node?.type === 'send_email' ? (
                <StoryMail node={node} step={step} story={story} />
              ) : (
                <p className="visit-outcome">{describeOutcome(step, node)}</p>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** A mail as it would have read, or why it would not have left. */
function StoryMail({ node, step, story }: { node: GraphNode; step: Step; story: StoryOf }) {
  const [isOpen, setOpen] = useState(false);
  const sent = story.messages.find((mail) => mail.node_id === step.node_id && mail.visit === step.visit);
  const mail = useQuery({ ...stepMail(node.config, story.contact_email), enabled: sent !== undefined });
  if (!sent) return null;
  if (sent.skipped) return <p className="visit-outcome">not sent: {reasonInWords(sent.skipped)}</p>;
  return (
    <div className="story-mail">
      <MailThumbnail config={node.config} email={story.contact_email} />
      <div>
        <p>
          <b>{mail.data?.subject || (mail.isPending ? 'Loading…' : 'No subject')}</b>
        </p>
        {mail.error ? <p className="field-problem">This e-mail could not be shown.</p> : null}
        <Button variant="subtle" size="compact-xs" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Close the e-mail' : 'Read the e-mail'}
        </Button>
      </div>
      {isOpen && mail.data ? (
        <figure className="mail">
          <iframe title={`The e-mail “${mail.data.subject}”`} sandbox="" srcDoc={mail.data.html ?? ''} />
        </figure>
      ) : null}
    </div>
  );
}

import { advanceRun, removeRun, retryRun, type Run } from '#contracts';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useMay } from '../access/session.queries';
import { call } from '../api/client';
import { versionQuery } from '../automations/versions.queries';
import { Confirm, Problem } from '../ui/forms/confirm';
import { useFocusWhenGone } from '../ui/forms/focus-back';

const verbs = { advance: advanceRun, remove: removeRun, retry: retryRun };
type Verb = keyof typeof verbs;
const labels: Record<Verb, string> = {
  advance: 'Move on now',
  remove: 'Remove from automation',
  retry: 'Retry this step',
};

/** What can be done about one person inside: move on now, take out, try a failed step again. */
export function RunActions({ run }: { run: Run }) {
  const client = useQueryClient();
  const may = useMay('people');
  const [question, setQuestion] = useState<{ verb: Verb; consequence: string }>();
  const row = useRef<HTMLDivElement>(null);
  useFocusWhenGone(row);
  const act = useMutation({
    mutationFn: (verb: Verb) => call(verbs[verb], { params: { id: run.id } }),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['run', run.id] }),
        client.invalidateQueries({ queryKey: ['automation-runs', run.automation_id] }),
        client.invalidateQueries({ queryKey: ['automation-stats', run.automation_id] }),
        client.invalidateQueries({ queryKey: ['in-now', run.contact_email] }),
      ]),
    onSuccess: () => setQuestion(undefined),
  });
  /** What sends no mail is done at once. */
  const ask = async (verb: Verb) => {
    act.reset();
    if (verb === 'remove') return setQuestion({ verb, consequence: whatIsLeftOut(run) });
    const consequence = await whatIsSent(client, run, verb === 'retry');
    if (consequence === undefined) return act.mutate(verb);
    setQuestion({ verb, consequence });
  };
  const inside = run.status === 'active' || run.status === 'waiting' || run.status === 'failed';
  if (!may || !inside) return null;
  const offered: Verb[] = [
    ...(run.status === 'waiting' ? (['advance'] as const) : []),
    // Who failed has left already.
    run.status === 'failed' ? 'retry' : 'remove',
  ];
  return (
    <>
      <div className="row" ref={row}>
        {offered.map((verb) => (
          <Button
            key={verb}
            variant="default"
            size="compact-sm"
            // Not disabled: it would lose the focus.
            aria-disabled={act.isPending}
            onClick={() => (act.isPending ? undefined : void ask(verb))}
          >
            {labels[verb]}
          </Button>
        ))}
      </div>
      <Problem error={question ? undefined : act.error} />
      <Confirm
        opened={question !== undefined}
        title={question ? `${labels[question.verb]}: ${run.contact_email}` : ''}
        label={question ? labels[question.verb] : ''}
        danger={question?.verb === 'remove'}
        busy={act.isPending}
        error={act.error}
        onClose={() => setQuestion(undefined)}
        onConfirm={() => question && act.mutate(question.verb)}
      >
        {question?.consequence}
      </Confirm>
    </>
  );
}

const whatIsLeftOut = ({ contact_email: email }: Run): string =>
  `${email} leaves this automation at once, and none of the steps ahead is done for them. They come in again only where its entry limit allows it.`;

/** What mail the run may send when it goes on, in words; undefined for none. */
async function whatIsSent(client: QueryClient, run: Run, again: boolean): Promise<string | undefined> {
  try {
    // Brings the words of steps along, which who does not click does not need.
    const [{ mailsInWords }, { graph }] = await Promise.all([
      import('./mails-ahead'),
      client.fetchQuery(versionQuery(run.automation_id, run.version)),
    ]);
    return mailsInWords(graph, run, again);
  } catch {
    return `What comes next could not be looked up. It may send an e-mail to ${run.contact_email} right away.`;
  }
}

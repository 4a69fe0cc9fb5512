import type { Automation, Run } from '#contracts';
import { nodeDef, type Graph } from '#graph';
import { Button } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { useMay } from '../../access/session.queries';
import { useApproval, useApprove } from '../../automations/approval.queries';
import { useReplay } from '../../automations/backtests.queries';
import { useSentences } from '../../automations/reference-names';
import { Failed, Loading } from '../../ui/feedback/query-states';
import { Problem } from '../../ui/forms/confirm';
import { people, plural } from '../../ui/formatting/format';
import { shortTime } from '../../ui/formatting/time';
import { useEditor, useEditorStore } from '../document/use-editor';
import { traceOf, useLiveStore } from './live-store';
import { Story, type StoryOf } from './story';

interface StoryboardProps {
  automation: Automation;
  flush: () => Promise<void>;
  /** What chooses between trying one person and this. */
  faces: ReactNode;
}

/** The fewest real people who together took every path: what each would have got, and when. It can be approved. */
export function StoryboardPanel({ automation, flush, faces }: StoryboardProps) {
  const live = useLiveStore();
  const [isSaved, setSaved] = useState(false);
  useEffect(() => {
    void flush().then(() => setSaved(true));
  }, [flush]);
  const graph = useEditor((state) => state.document.graph);
  const revision = useEditor((state) => state.revision);
  const isUnsent = useEditor((state) => state.unsent.length > 0);
  const replay = useReplay(automation.id, revision, isSaved && !isUnsent);
  const { current } = replay;
  const stories = current?.status === 'completed' ? current.storyboard : undefined;
  const [chosen, setChosen] = useState(0);
  const story = stories?.[chosen];
  useEffect(() => {
    live.setState({ trace: story ? traceOf(asRun(story, automation.id)) : null });
    return () => live.setState({ trace: null });
  }, [live, story, automation.id]);
  return (
    <aside className="inspector people" aria-label="Storyboard" data-testid="storyboard">
      <header className="inspector-head">
        <h2>Test</h2>
      </header>
      {faces}
      {replay.error ? (
        <Failed error={replay.error} what="The storyboard could not be made" onRetry={replay.begin} />
      ) : null}
      {current?.status === 'failed' ? (
        <p className="field-problem">{current.error ?? 'The storyboard could not be made.'}</p>
      ) : null}
      {stories || replay.error || current?.status === 'failed' ? null : (
        <>
          <p className="sentence quiet" role="status">
            Looking through the last 30 days{current ? `: ${Math.round(current.progress * 100)} %` : ''}.
          </p>
          <Loading lines={4} />
        </>
      )}
      {stories ? <Shown stories={stories} graph={graph} /> : null}
      <ul className="runs">
        {stories?.map((one, at) => (
          <li key={`${one.contact_email} ${one.entered_at}`}>
            <button
              type="button"
              className="run"
              aria-pressed={at === chosen}
              onClick={() => setChosen(at)}
              data-testid={`story-${at}`}
            >
              <b>{one.contact_email}</b>
              <span className="label">{ofStory(one)}</span>
            </button>
            {at === chosen ? <Story story={one} graph={graph} /> : null}
          </li>
        ))}
      </ul>
      {current && stories && stories.length > 0 ? (
        <Approve id={automation.id} revision={revision} backtestId={current.id} />
      ) : null}
    </aside>
  );
}

/** How much of the drawing these people show, and which steps nobody came to. */
function Shown({ stories, graph }: { stories: readonly StoryOf[]; graph: Graph }) {
  const store = useEditorStore();
  const say = useSentences(graph);
  if (stories.length === 0)
    return (
      <p className="sentence quiet">
        Nobody would have entered in the last 30 days, so there is nobody to show. Try a sample person instead.
      </p>
    );
  const visited = new Set(stories.flatMap(({ steps }) => steps.map(({ node_id }) => node_id)));
  const missing = graph.nodes.filter((node) => !visited.has(node.id) && nodeDef(node.type)?.kind !== 'entry');
  return (
    <>
      <p className="sentence" data-testid="storyboard-shown">
        {`${people(stories.length)} ${stories.length === 1 ? 'shows' : 'show'} every path that was taken in the last 30 days.`}
      </p>
      {missing.length > 0 ? (
        <details>
          <summary className="label">{`${plural(missing.length, 'step', 'steps')} that nobody came to`}</summary>
          <ul className="changes sentence">
            {missing.map((node) => (
              <li key={node.id}>
                <button type="button" className="link" onClick={() => store.getState().select([node.id])}>
                  {say(node)}
                </button>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

function Approve({ id, revision, backtestId }: { id: string; revision: number; backtestId: string }) {
  const mayChange = useMay('change');
  const isFixed = useEditor((state) => state.readOnly);
  const approve = useApprove(id, revision);
  return (
    <section className="field-group" data-testid="approve">
      <ApprovalNote id={id} revision={revision} />
      {mayChange && !isFixed ? (
        <div>
          <Button
            variant="default"
            disabled={approve.isPending}
            onClick={() => approve.mutate(backtestId)}
            data-testid="approve-storyboard"
          >
            Approve what they get
          </Button>
        </div>
      ) : null}
      <Problem error={approve.error} />
    </section>
  );
}

/** Who approved the storyboard, in a sentence. */
export function ApprovalNote({ id, revision }: { id: string; revision: number }) {
  const found = useApproval(id, revision);
  if (!found.data) return null;
  const { approval } = found.data;
  return (
    <p className="sentence" role="status" data-testid="approval-note">
      {approval === null
        ? 'Nobody has approved this storyboard.'
        : approval.holds
          ? `${approval.by} approved it on ${shortTime(approval.at)}. The next version says so.`
          : `${approval.by} approved it on ${shortTime(approval.at)}, and it has changed since. Look at it again.`}
    </p>
  );
}

const ofStory = ({ entered_at, ended_at, messages }: StoryOf): string => {
  const sent = messages.filter((mail) => !mail.skipped).length;
  const end = ended_at === null ? 'still inside' : `until ${shortTime(ended_at)}`;
  return `${shortTime(entered_at)} ${end} · ${plural(sent, 'e-mail', 'e-mails')}`;
};

/** A story in the shape in which the drawing shows people's ways. */
const asRun = (story: StoryOf, automation_id: string): Run => ({
  id: 'story',
  automation_id,
  version: 0,
  contact_email: story.contact_email,
  contact_id: null,
  status: story.status as Run['status'],
  node_id: null,
  wake_at: null,
  entered_at: story.entered_at,
  ended_at: story.ended_at,
  end_reason: story.end_reason,
  steps: story.steps,
});

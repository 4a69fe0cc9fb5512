import type { Automation } from '#contracts';
import { indexGraph, type Graph } from '#graph';
import { Button, Checkbox, Drawer, Radio, Select, Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import { failedBy } from '../../api/problem';
import { useReview, useTransitions } from '../../automations/automations.queries';
import { useReplay } from '../../automations/backtests.queries';
import { useSentences, useReferenceNames } from '../../automations/reference-names';
import { Problem as Refusal } from '../../ui/forms/confirm';
import { people } from '../../ui/formatting/format';
import { Loading } from '../../ui/feedback/query-states';
import { BacktestSection } from './backtest-section';
import { AgreedRules } from './experiment-sheet';
import { StoryboardPart } from './storyboard-part';
import { changesBetween } from '../document/changes';
import { useLiveVersion } from '../../automations/versions.queries';
import { showToast } from '../../ui/feedback/toast';
import { ProblemList } from '../panels/problems-panel';
import { useEditor } from '../document/use-editor';
import { useScreen, useScreenStore } from '../screen/screen-store';

interface PublishProps {
  automation: Automation;
  /** Sends what is unsent, so that the server reviews what is on screen. */
  flush: () => Promise<void>;
  onPublished: () => void;
}

/** What would go live: what is wrong, what changes, who matches now, who is inside. */
export function PublishSheet(props: PublishProps) {
  const opened = useScreen((screen) => screen.sheet === 'publish');
  const screen = useScreenStore();
  return (
    <Drawer
      opened={opened}
      onClose={() => screen.setState({ sheet: null })}
      position="right"
      size={560}
      title={<span className="sheet-title">Publish</span>}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened ? <Review {...props} /> : null}
    </Drawer>
  );
}

function Review({ automation, flush, onPublished }: PublishProps) {
  const screen = useScreenStore();
  const [flushed, setFlushed] = useState(false);
  useEffect(() => {
    void flush().then(() => setFlushed(true));
  }, [flush]);
  const revision = useEditor((state) => state.revision);
  const unsent = useEditor((state) => state.unsent.length > 0);
  const document = useEditor((state) => state.document);
  const local = useEditor((state) => state.problems);
  const review = useReview(automation.id, revision, flushed && !unsent);
  const live = useLiveVersion(automation);
  const { publish } = useTransitions(automation.id);
  const [take, setTake] = useState(false);
  const replay = useReplay(automation.id, revision, flushed && !unsent);
  const [unseen, setUnseen] = useState(false);
  const things = useReferenceNames();
  const say = useSentences(document.graph);
  const [note, setNote] = useState('');
  const [flight, setFlight] = useState<'stay' | 'move'>('stay');
  const [removed, setRemoved] = useState<Record<string, string>>({});
  const [reword, setReword] = useState(false);

  const problems = review.data?.problems ?? local;
  const blocking = problems.filter((problem) => problem.severity === 'blocks');
  const looks = problems.filter((problem) => problem.severity === 'look');
  const matching = review.data?.matching_now ?? null;
  const inside = review.data?.inside ?? [];
  const insideCount = inside.reduce((sum, one) => sum + one.people, 0);
  const gone = inside.filter((one) => one.removed && one.people > 0);
  const next = (automation.live_version ?? 0) + 1;
  const unsettled = flight === 'move' && gone.some((one) => !removed[one.node_id]);
  const seen = replay.current?.status === 'completed';
  const draftChanged = failedBy(publish.error, 'draft_changed');

  const go = () =>
    publish.mutate(
      {
        revision,
        take_matching_now: take,
        ...(note.trim() ? { note: note.trim() } : {}),
        ...(insideCount > 0
          ? {
              in_flight: {
                default: flight,
                removed: flight === 'move' ? removed : {},
                reword: reword && flight === 'stay',
              },
            }
          : {}),
      },
      {
        onSuccess: (answer) => {
          screen.setState({ sheet: null });
          showToast(`Version ${answer.version} is live.`);
          onPublished();
        },
      },
    );

  if (!flushed || (review.isPending && !review.error)) return <Loading lines={8} />;
  return (
    <div className="sheet" data-testid="publish-sheet">
      <section className="sheet-part">
        {blocking.length === 0 && looks.length === 0 ? <p className="sentence">No problems.</p> : null}
        <ProblemList title="Blocks publishing" problems={blocking} />
        <ProblemList title="Worth a look" problems={looks} />
      </section>

      <section className="sheet-part">
        <h3>What changes</h3>
        <ul className="changes sentence">
          {changesBetween(live, document, things).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>

      <AgreedRules graph={document.graph} />

      {matching === null ? null : (
        <section className="sheet-part" data-testid="matching-now">
          <h3>Who matches now</h3>
          <p className="sentence">{whoMatches(matching, indexGraph(document.graph).entry?.type)}</p>
          {matching > 0 ? (
            <Checkbox
              checked={take}
              onChange={(event) => setTake(event.currentTarget.checked)}
              label={`Also take the ${people(matching)} who ${matching === 1 ? 'matches' : 'match'} now`}
              data-testid="take-matching"
            />
          ) : null}
        </section>
      )}

      <BacktestSection replay={replay} graph={document.graph} />

      <StoryboardPart id={automation.id} revision={revision} />

      {insideCount > 0 ? (
        <section className="sheet-part">
          <h3>People inside now</h3>
          <p className="sentence">{people(insideCount)} inside an earlier version.</p>
          <Radio.Group
            value={flight}
            onChange={(value) => setFlight(value as 'stay' | 'move')}
            aria-label="People inside now"
          >
            <div className="stack-tight">
              <Radio size="sm" value="stay" label="They finish on the version they entered (default)" />
              <Radio size="sm" value="move" label={`They continue on version ${next}, at the same step`} />
            </div>
          </Radio.Group>
          {flight === 'stay' && sharesMail(live?.graph, document.graph) ? (
            <Checkbox
              checked={reword}
              onChange={(event) => setReword(event.currentTarget.checked)}
              label="E-mails they have not been sent yet go out in the new wording"
              description="Their steps, waits and senders stay as they are."
              data-testid="reword"
            />
          ) : null}
          {flight === 'move'
            ? gone.map((one) => (
                <Select
                  key={`${one.version}-${one.node_id}`}
                  label={`${people(one.people)} at a step that is removed. Where do they go?`}
                  data={[
                    { value: 'exit', label: 'They leave the automation' },
                    ...document.graph.nodes.map((node) => ({ value: node.id, label: say(node) })),
                  ]}
                  value={removed[one.node_id] ?? null}
                  onChange={(value) => value && setRemoved({ ...removed, [one.node_id]: value })}
                />
              ))
            : null}
        </section>
      ) : null}

      <section className="sheet-part">
        <Textarea
          label="Note for this version"
          autosize
          minRows={2}
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {draftChanged ? (
          <p className="field-problem">The draft has changed. Review it again, then publish.</p>
        ) : (
          <Refusal error={publish.error ?? review.error} />
        )}
        {seen ? null : (
          <Checkbox
            checked={unseen}
            onChange={(event) => setUnseen(event.currentTarget.checked)}
            label="Publish without waiting for the backtest"
            data-testid="publish-unseen"
          />
        )}
        <Button
          onClick={go}
          disabled={blocking.length > 0 || unsettled || unsent || publish.isPending || !(seen || unseen)}
          data-testid="publish-now"
          fullWidth
        >
          {`Publish v${next}: ${startsFor(document, take)}`}
        </Button>
        {blocking.length > 0 ? <p className="label">Fix what blocks publishing first.</p> : null}
      </section>
    </div>
  );
}

/** Whether both drawings have a step that sends mail, so that those who stay can be sent its new words. */
function sharesMail(live: Graph | undefined, draft: Graph): boolean {
  const mails = (graph: Graph) => graph.nodes.filter(({ type }) => type === 'send_email').map(({ id }) => id);
  const old = new Set(live ? mails(live) : []);
  return mails(draft).some((id) => old.has(id));
}

function startsFor(document: { graph: Parameters<typeof indexGraph>[0] }, take: boolean): string {
  const monitor = indexGraph(document.graph).entry?.type === 'monitor';
  if (monitor && take) return 'starts for new people and those who match now';
  return 'starts for new people now';
}

/** What becomes of those who match at this moment, by what starts the automation. */
function whoMatches(matching: number, start: string | undefined): string {
  if (start === 'schedule')
    return matching === 0
      ? 'No one is on the list right now. Whoever is on it at the set time enters.'
      : `${people(matching)} on the list right now. They enter at the set time if they are still on it.`;
  return matching === 0
    ? 'No one matches right now. Anyone who matches from now on enters.'
    : `${people(matching)} ${matching === 1 ? 'matches' : 'match'} right now. They do not enter; anyone who matches from now on does.`;
}

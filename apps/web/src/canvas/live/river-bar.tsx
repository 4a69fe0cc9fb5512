import './river.css';
import { indexGraph } from '#graph';
import { ActionIcon, Button, SegmentedControl } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import { IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { useRiver } from '../../automations/automations.queries';
import { useSentences } from '../../automations/reference-names';
import { Failed, Loading } from '../../ui/feedback/query-states';
import { people } from '../../ui/formatting/format';
import { clockTime, shortTime } from '../../ui/formatting/time';
import { useEditor } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import { useLive, useLiveStore, type Frame } from './live-store';

/** Milliseconds for which a frame stands while it plays; longer for whoever wants little motion. */
const PACE = { usual: 700, calm: 1_500 };
const spans = { day: '24 hours', week: '7 days', month: '30 days' } as const;
type Span = keyof typeof spans;

/** Under the drawing of Live: plays the last days back over it, from what was recorded. */
export function RiverBar({ automationId }: { automationId: string }) {
  const [open, setOpen] = useState(false);
  const shown = useLive(({ stats, trace }) => stats !== null && trace === null);
  if (!shown) return null;
  return (
    <section className="river-bar" aria-label="The last days" data-testid="river">
      {open ? (
        <Played automationId={automationId} onClose={() => setOpen(false)} />
      ) : (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPlay size={14} stroke={1.5} />}
          onClick={() => setOpen(true)}
        >
          Play back
        </Button>
      )}
    </section>
  );
}

function Played({ automationId, onClose }: { automationId: string; onClose: () => void }) {
  const live = useLiveStore();
  const [span, setSpan] = useState<Span>('day');
  const river = useRiver(automationId, span);
  const frames = river.data?.frames;
  const last = (frames?.length ?? 1) - 1;
  const [at, setAt] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const now = Math.min(at ?? last, last);
  const most = useMemo(() => mostOf(frames ?? []), [frames]);
  const pace = useReducedMotion() ? PACE.calm : PACE.usual;
  useEffect(() => live.setState({ river: frames ? { frames, at: now, most } : null }), [live, frames, now, most]);
  useEffect(() => () => live.setState({ river: null }), [live]);
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setTimeout(() => (now < last ? setAt(now + 1) : setPlaying(false)), pace);
    return () => clearTimeout(timer);
  }, [playing, now, last, pace]);
  const play = () => {
    if (!playing && now === last) setAt(0);
    setPlaying(!playing);
  };
  return (
    <>
      <div className="river-head">
        <ActionIcon aria-label={playing ? 'Hold this moment' : 'Play the days'} onClick={play} disabled={!frames}>
          {playing ? <IconPlayerPause size={16} stroke={1.5} /> : <IconPlayerPlay size={16} stroke={1.5} />}
        </ActionIcon>
        <SegmentedControl
          aria-label="How far back"
          size="xs"
          value={span}
          onChange={(chosen) => {
            setSpan(chosen as Span);
            setAt(null);
            setPlaying(false);
          }}
          data={Object.entries(spans).map(([value, label]) => ({ value, label }))}
        />
        <ActionIcon aria-label="Back to the figures" onClick={onClose}>
          <IconX size={16} stroke={1.5} />
        </ActionIcon>
        <span className="river-time" data-testid="river-time">
          {frames ? timeOf(frames, now) : ''}
        </span>
      </div>
      {river.error ? (
        <Failed error={river.error} what="The last days could not be read" onRetry={() => void river.refetch()} />
      ) : null}
      {river.isPending ? <Loading lines={1} /> : null}
      {frames ? (
        <>
          <input
            type="range"
            className="river-scrubber"
            aria-label="Moment of the last days"
            aria-valuetext={timeOf(frames, now)}
            min={0}
            max={last}
            value={now}
            onChange={(event) => {
              setPlaying(false);
              setAt(Number(event.currentTarget.value));
            }}
            // The arrow keys are the scrubber's here, and not those of the drawing.
            onKeyDown={(event) => event.stopPropagation()}
          />
          <Pile frames={frames} most={most} onShow={setAt} />
        </>
      ) : null}
    </>
  );
}

/** The time of a frame: from the one before it to its end. */
const timeOf = (frames: readonly Frame[], at: number): string => {
  const [before, frame] = [frames[at - 1], frames[at]];
  if (!frame) return '';
  if (!before) return shortTime(frame.at);
  const sameDay = new Date(before.at).toDateString() === new Date(frame.at).toDateString();
  return `${shortTime(before.at)} – ${sameDay ? clockTime(frame.at) : shortTime(frame.at)}`;
};

interface Most {
  here: number;
  flow: number;
  /** Where and when most people were at one step. */
  peak?: { nodeId: string; at: number };
}

const mostOf = (frames: readonly Frame[]): Most => {
  const most: Most = { here: 0, flow: 0 };
  frames.forEach(({ nodes }, at) => {
    for (const [nodeId, { here, ports }] of Object.entries(nodes)) {
      if (here > most.here) Object.assign(most, { here, peak: { nodeId, at } });
      most.flow = Math.max(most.flow, ...Object.values(ports));
    }
  });
  return most;
};

/** Where people piled up, and when: a way to that moment. */
function Pile({ frames, most, onShow }: { frames: readonly Frame[]; most: Most; onShow: (at: number) => void }) {
  const screen = useScreenStore();
  const graph = useEditor((state) => state.document.graph);
  const say = useSentences(graph);
  const { peak, here } = most;
  if (!peak) return <p className="label">Nobody waited anywhere in this time.</p>;
  const step = indexGraph(graph).nodes.get(peak.nodeId);
  return (
    <p className="label" data-testid="river-pile">
      Most at one step: {people(here)} at “{step ? say(step) : 'a step that was removed'}”,{' '}
      <button
        type="button"
        className="text-button"
        onClick={() => {
          onShow(peak.at);
          if (step) screen.getState().camera?.reveal(step.id);
        }}
      >
        {shortTime(frames[peak.at]?.at ?? '')}
      </button>
    </p>
  );
}

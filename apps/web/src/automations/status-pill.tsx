import type { Automation } from '#contracts';

type Shown = Pick<Automation, 'status' | 'live_version' | 'changed'>;

const words: Record<Automation['status'], string> = {
  draft: 'Draft',
  live: 'Live',
  paused: 'Paused',
  stopped: 'Stopped',
  archived: 'Archived',
};
const tones: Record<Automation['status'], string> = {
  draft: '',
  live: 'good',
  paused: 'warning',
  stopped: '',
  archived: '',
};

/** “Live v4, with changes”: what runs, and whether the drawing says something else. */
export function StatusPill({ automation }: { automation: Shown }) {
  const { status, live_version: version, changed } = automation;
  const number = version === null ? '' : ` v${version}`;
  return (
    <span className="pill" data-tone={tones[status]} data-testid="status">
      {words[status]}
      {number}
      {version !== null && changed ? ', with changes' : ''}
    </span>
  );
}

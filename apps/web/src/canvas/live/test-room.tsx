import type { Automation } from '#contracts';
import { SegmentedControl } from '@mantine/core';
import { useLive, useLiveStore } from './live-store';
import { StoryboardPanel } from './storyboard-panel';
import { TestPanel } from './test-panel';

/** Trying the draft: on one person from an instant on, or on the people of the last days who show all of it. */
export function TestRoom(props: { automation: Automation; flush: () => Promise<void> }) {
  const live = useLiveStore();
  const storyboard = useLive((state) => state.storyboard);
  const faces = (
    <SegmentedControl
      size="xs"
      fullWidth
      value={storyboard ? 'storyboard' : 'person'}
      onChange={(face) => live.setState({ storyboard: face === 'storyboard' })}
      aria-label="What to try"
      data-testid="storyboard-face"
      data={[
        { value: 'person', label: 'One person' },
        { value: 'storyboard', label: 'Storyboard' },
      ]}
    />
  );
  return storyboard ? <StoryboardPanel {...props} faces={faces} /> : <TestPanel {...props} faces={faces} />;
}

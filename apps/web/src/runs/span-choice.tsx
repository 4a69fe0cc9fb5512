import { SegmentedControl } from '@mantine/core';
import { spans, useLive, useLiveStore, type Span } from '../canvas/live/live-store';

/** How far back the figures on the drawing go, and the people behind them. */
export function SpanChoice() {
  const live = useLiveStore();
  const span = useLive((state) => state.span);
  return (
    <SegmentedControl
      aria-label="Figures of the last"
      size="xs"
      fullWidth
      value={span}
      onChange={(chosen) => live.setState({ span: chosen as Span })}
      data={Object.entries(spans).map(([value, label]) => ({ value, label }))}
    />
  );
}

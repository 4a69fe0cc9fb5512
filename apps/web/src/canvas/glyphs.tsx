import { nodeDef, type NodeKind } from '#graph';
import {
  IconBolt,
  IconCalendarEvent,
  IconCalendarRepeat,
  IconClock,
  IconFilter,
  IconHandClick,
  IconHourglass,
  IconMail,
  IconNotes,
  IconQuestionMark,
  IconRadar,
  IconSquareFilled,
  IconTag,
  type Icon,
} from '@tabler/icons-react';

const glyphs: Record<string, Icon> = {
  bolt: IconBolt,
  'calendar-event': IconCalendarEvent,
  'calendar-repeat': IconCalendarRepeat,
  clock: IconClock,
  filter: IconFilter,
  'hand-click': IconHandClick,
  hourglass: IconHourglass,
  mail: IconMail,
  notes: IconNotes,
  radar: IconRadar,
  'square-filled': IconSquareFilled,
  tag: IconTag,
};

/** The glyph of a step type. */
export function Glyph({ type, size = 16 }: { type: string; size?: number }) {
  const Drawn = glyphs[nodeDef(type)?.icon ?? ''] ?? IconQuestionMark;
  // A full stop is small: the filled square would outweigh every other glyph.
  const dot = Drawn === IconSquareFilled ? { style: { transform: 'scale(0.6)' } } : {};
  return <Drawn size={size} stroke={1.5} aria-hidden {...dot} />;
}

export const kindWords: Record<NodeKind, string> = {
  entry: 'Start',
  rule: 'Rule',
  wait: 'Wait',
  split: 'Split',
  mail: 'E-mail',
  action: 'Action',
  end: 'End',
};

/** The CSS variable of a kind's colour; only spine and glyph wear it. */
export const kindColor = (type: string): string => `var(--kind-${nodeDef(type)?.kind ?? 'end'})`;

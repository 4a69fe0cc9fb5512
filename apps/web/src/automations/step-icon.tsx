import { nodeDef, type NodeKind } from '#graph';
import {
  IconArrowForwardUp,
  IconArrowsShuffle,
  IconArrowsSplit,
  IconBell,
  IconBolt,
  IconCalendarClock,
  IconCalendarEvent,
  IconCalendarRepeat,
  IconClock,
  IconFilter,
  IconHandClick,
  IconHourglass,
  IconListDetails,
  IconMail,
  IconNotes,
  IconQuestionMark,
  IconRadar,
  IconSquareFilled,
  IconTag,
  IconWebhook,
  type Icon,
} from '@tabler/icons-react';

// eslint-disable-next-line no-restricted-syntax -- asked with hasOwn: to the rules of hooks a call looks like a new component.
const icons: Record<string, Icon> = {
  bell: IconBell,
  bolt: IconBolt,
  'calendar-clock': IconCalendarClock,
  'calendar-event': IconCalendarEvent,
  'calendar-repeat': IconCalendarRepeat,
  clock: IconClock,
  filter: IconFilter,
  'hand-click': IconHandClick,
  forward: IconArrowForwardUp,
  hourglass: IconHourglass,
  list: IconListDetails,
  mail: IconMail,
  notes: IconNotes,
  radar: IconRadar,
  'square-filled': IconSquareFilled,
  shuffle: IconArrowsShuffle,
  split: IconArrowsSplit,
  tag: IconTag,
  webhook: IconWebhook,
};

/** The glyph of a step type. */
export function StepIcon({ type, size = 16 }: { type: string; size?: number }) {
  const icon = nodeDef(type)?.icon ?? '';
  const Drawn = (Object.hasOwn(icons, icon) ? icons[icon] : undefined) ?? IconQuestionMark;
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

import type { ContactActionPreview, ContactActionResult, EffectState } from '#contracts';
import {
  IconAlertTriangle,
  IconCheck,
  IconClock,
  IconMinus,
  IconQuestionMark,
  IconSquare,
  type Icon,
} from '@tabler/icons-react';

/** What became of an effect: a word and a mark, so that colour is never alone. */
const states: Record<EffectState, { word: string; icon: Icon; tone?: 'good' | 'danger' | 'warning' }> = {
  done: { word: 'Done', icon: IconCheck, tone: 'good' },
  not_needed: { word: 'Not needed', icon: IconMinus },
  failed: { word: 'Failed', icon: IconAlertTriangle, tone: 'danger' },
  unclear: { word: 'Unclear', icon: IconQuestionMark, tone: 'warning' },
  waiting: { word: 'Not started', icon: IconClock },
  begun: { word: 'Under way', icon: IconClock },
};

/** What an action will do, one effect a line, before it is done. */
export function PlannedEffects({ effects }: { effects: ContactActionPreview['effects'] }) {
  if (effects.length === 0) return null;
  return (
    <ul className="action-effects" aria-label="What will be done">
      {effects.map(({ name, label, detail }) => (
        <li key={name}>
          <IconSquare size={16} stroke={1.5} aria-hidden />
          <span>
            {label}
            {detail ? <span className="quiet"> {detail}</span> : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What became of each effect. */
export function EndedEffects({ effects }: { effects: ContactActionResult['effects'] }) {
  return (
    <ul className="action-effects" aria-label="What was done">
      {effects.map(({ name, label, state, detail }) => {
        const { word, icon: Mark, tone } = states[state];
        return (
          <li key={name} data-state={state}>
            <Mark size={16} stroke={1.5} aria-hidden data-tone={tone} />
            <span>
              {label}: <b>{word}</b>
              {detail ? <span className="quiet"> {detail}</span> : null}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** What became of the whole, in a few words. */
export const actionStateWords: Record<ContactActionResult['state'], string> = {
  running: 'under way',
  done: 'done',
  partly: 'partly done',
  failed: 'failed',
};

/** Whether a part of it can be tried again. */
export const canRetry = ({ state, effects }: ContactActionResult): boolean =>
  state !== 'running' && effects.some((effect) => effect.state === 'failed' || effect.state === 'unclear');

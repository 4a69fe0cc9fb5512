import { indexGraph } from '#graph';
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { StepTakenNotice } from '../presence/step-taken-notice';
import { useHolder } from '../presence/presence-store';
import { useEditor, useEditorStore } from '../document/use-editor';
import { Late, MailLimits } from './settings/mail-limits';
import { StartLimits, useSetSettings } from './settings/start-limits';

/** When mail rests and what is too late. Who may enter, and when people leave, is asked at the start, where there is one. */
export function SettingsForm() {
  const store = useEditorStore();
  const settings = useEditor((state) => state.document.settings);
  const start = useEditor((state) => indexGraph(state.document.graph).entry);
  const held = useHolder('settings') !== undefined;
  const readOnly = useEditor((state) => state.readOnly || state.mode !== 'build') || held;
  const set = useSetSettings();
  return (
    <aside className="inspector inspector-wide" aria-label="Settings of this automation" data-testid="inspector">
      <header className="inspector-head">
        <h2>Settings of this automation</h2>
        <span className="bar-gap" />
        <ActionIcon aria-label="Close" onClick={() => store.getState().openStep(null)}>
          <IconX size={16} stroke={1.5} />
        </ActionIcon>
      </header>
      <StepTakenNotice step="settings" />
      {start ? (
        <p>
          <button
            type="button"
            className="text-button"
            onClick={() => store.getState().openStep(start.id, 'entry')}
            data-testid="to-start"
          >
            How often people enter and when they leave early
          </button>{' '}
          is set at the start.
        </p>
      ) : (
        <StartLimits start={undefined} readOnly={readOnly} />
      )}
      <fieldset className="fields plain" disabled={readOnly}>
        <MailLimits settings={settings} onChange={set} />
        <Late value={settings.late_after} onChange={(late_after) => set({ late_after }, 'late')} />
      </fieldset>
    </aside>
  );
}

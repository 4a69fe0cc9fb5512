import type { DraftSettings } from '#graph';
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { StepTakenNotice } from '../presence/step-taken-notice';
import { useHolder } from '../presence/presence-store';
import { useEditor, useEditorStore } from '../document/use-editor';
import { EntryLimit } from './settings/entry-limit';
import { MomentField } from './settings/moment-field';
import { Late, MailLimits } from './settings/mail-limits';

/** Who may enter and how often, when people leave early, and when mail rests. */
export function SettingsForm() {
  const store = useEditorStore();
  const settings = useEditor((state) => state.document.settings);
  const held = useHolder('settings') !== undefined;
  const readOnly = useEditor((state) => state.readOnly || state.mode !== 'build') || held;
  const set = (part: Partial<DraftSettings>, burst: string) => {
    const merged = Object.entries({ ...store.getState().document.settings, ...part });
    const next = Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as DraftSettings;
    store
      .getState()
      .edit('Change the settings', [{ op: 'set_settings', settings: next }], { burst: `settings:${burst}` });
  };
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
      <fieldset className="fields plain" disabled={readOnly}>
        <EntryLimit entry={settings.entry} onChange={(entry) => set({ entry }, 'entry')} />
        <MomentField
          title="Leave early"
          help="People inside leave as soon as this happens or is met, wherever they are."
          value={settings.exit_when}
          onChange={(exit_when) => set({ exit_when }, 'exit')}
        />
        <MomentField
          title="Goal"
          help="Works the same way, and counts as reaching the goal."
          value={settings.goal}
          onChange={(goal) => set({ goal }, 'goal')}
        />
        <MailLimits settings={settings} onChange={set} />
        <Late value={settings.late_after} onChange={(late_after) => set({ late_after }, 'late')} />
      </fieldset>
    </aside>
  );
}

import type { DraftSettings, GraphNode } from '#graph';
import { useEditor, useEditorStore } from '../../document/use-editor';
import { EntryLimit } from './entry-limit';
import { MomentField } from './moment-field';

/** Changes parts of the automation's settings; what is undefined is taken out. */
export function useSetSettings() {
  const store = useEditorStore();
  return (part: Partial<DraftSettings>, burst: string) => {
    const merged = Object.entries({ ...store.getState().document.settings, ...part });
    const next = Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as DraftSettings;
    store
      .getState()
      .edit('Change the settings', [{ op: 'set_settings', settings: next }], { burst: `settings:${burst}` });
  };
}

/** How often people may enter at a start, when they leave early, and what counts as the goal. */
export function StartLimits({ start, readOnly }: { start: GraphNode | undefined; readOnly: boolean }) {
  const settings = useEditor((state) => state.document.settings);
  const set = useSetSettings();
  // Fields keep what is half typed; what somebody else changed is shown by new ones.
  const round = useEditor((state) => state.elsewhere.get('settings') ?? 0);
  return (
    <fieldset key={round} className="fields plain" disabled={readOnly} data-testid="start-limits">
      <div className="field" data-field="entry">
        <EntryLimit start={start} entry={settings.entry} onChange={(entry) => set({ entry }, 'entry')} />
      </div>
      <div className="field" data-field="exit_when">
        <MomentField
          title="Leave early"
          help="People inside leave as soon as this happens or is met, wherever they are."
          value={settings.exit_when}
          onChange={(exit_when) => set({ exit_when }, 'exit')}
        />
      </div>
      <div className="field" data-field="goal">
        <MomentField
          title="Goal"
          help="Works the same way, and counts as reaching the goal."
          value={settings.goal}
          onChange={(goal) => set({ goal }, 'goal')}
        />
      </div>
    </fieldset>
  );
}

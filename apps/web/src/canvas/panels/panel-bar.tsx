import { Tooltip } from '@mantine/core';
import {
  IconAlertTriangle,
  IconHistory,
  IconListTree,
  IconNote,
  IconSettings,
  IconStack2,
  type Icon,
} from '@tabler/icons-react';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import { ChangesPanel } from './changes-panel';
import { NotesPanel } from './notes-panel';
import { Outline } from './outline';
import { ProblemsPanel } from './problems-panel';
import { StepsPanel } from './steps-panel';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreen, useScreenStore, type Panel } from '../screen/screen-store';

const panels: { id: Panel; label: string; icon: Icon; draw: () => React.ReactNode }[] = [
  { id: 'steps', label: 'Steps', icon: IconStack2, draw: () => <StepsPanel /> },
  { id: 'outline', label: 'Outline', icon: IconListTree, draw: () => <Outline /> },
  { id: 'problems', label: 'Problems', icon: IconAlertTriangle, draw: () => <ProblemsPanel /> },
  { id: 'history', label: 'Changes', icon: IconHistory, draw: () => <ChangesPanel /> },
  { id: 'notes', label: 'Notes', icon: IconNote, draw: () => <NotesPanel /> },
];

/** The left rail, 56 px, and the panel that opens beside it. */
export function PanelBar() {
  const open = useScreen((screen) => screen.panel);
  const screen = useScreenStore();
  const store = useEditorStore();
  const blocking = useEditor((state) => state.problems.filter((problem) => problem.severity === 'blocks').length);
  const inSettings = useEditor((state) => state.open === 'settings');
  const panel = panels.find((one) => one.id === open);
  return (
    <>
      <nav className="rail" aria-label="Panels" data-own-commands>
        {panels.map(({ id, label, icon: Drawn }) => (
          <Tooltip key={id} label={label} position="right">
            <button
              type="button"
              className="rail-button"
              aria-label={
                id === 'problems' && blocking > 0
                  ? `Problems, ${blocking} ${blocking === 1 ? 'blocks' : 'block'} publishing`
                  : label
              }
              aria-pressed={open === id}
              data-testid={`panel-${id}`}
              onClick={() => screen.setState({ panel: open === id ? null : id })}
            >
              <Drawn size={18} stroke={1.5} aria-hidden />
              {id === 'problems' && blocking > 0 ? <span className="rail-count">{blocking}</span> : null}
            </button>
          </Tooltip>
        ))}
        <Tooltip label="Quiet hours, limits for mail, late activities" position="right">
          <button
            type="button"
            className="rail-button rail-last"
            aria-label="Settings of this automation"
            aria-pressed={inSettings}
            data-testid="panel-settings"
            onClick={() => store.getState().openStep(inSettings ? null : 'settings')}
          >
            <IconSettings size={18} stroke={1.5} aria-hidden />
          </button>
        </Tooltip>
      </nav>
      {panel ? (
        <aside className="panel" aria-label={panel.label}>
          <h2>{panel.label}</h2>
          <ErrorBoundary key={panel.id} what={`${panel.label} could not be shown`}>
            {panel.draw()}
          </ErrorBoundary>
        </aside>
      ) : null}
    </>
  );
}

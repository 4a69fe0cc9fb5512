import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCopy, IconCopyPlus, IconCut, IconFrame, IconTrash, type Icon } from '@tabler/icons-react';
import { commands } from '../commands';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';

const offered: { command: string; label: string; icon: Icon }[] = [
  { command: 'copy', label: 'Copy', icon: IconCopy },
  { command: 'cut', label: 'Cut', icon: IconCut },
  { command: 'duplicate', label: 'Duplicate', icon: IconCopyPlus },
  { command: 'section', label: 'Group as a section', icon: IconFrame },
  { command: 'remove', label: 'Remove', icon: IconTrash },
];

/** What can be done with several selected steps at once. The commands are those of the keyboard. */
export function SelectionBar() {
  const store = useEditorStore();
  const screen = useScreenStore();
  const count = useEditor((state) => (state.mode === 'build' && !state.readOnly ? state.selected.length : 0));
  if (count < 2) return null;
  return (
    <div className="bulk-bar" role="toolbar" aria-label="Selected steps" data-testid="bulk-bar">
      <span className="bulk-count">{count} steps</span>
      {offered.map(({ command, label, icon: Drawn }) => (
        <Tooltip key={command} label={label}>
          <ActionIcon
            aria-label={`${label}: ${count} steps`}
            onClick={() => commands.find((one) => one.id === command)?.run({ store, screen })}
          >
            <Drawn size={18} stroke={1.5} />
          </ActionIcon>
        </Tooltip>
      ))}
    </div>
  );
}

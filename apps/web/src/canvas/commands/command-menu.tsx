import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useEditorStore } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import { MenuLine } from '../../ui/commands/command-menu';
import { commands, whyNot, type Command, type CommandContext } from '.';

const parts = ['layout', 'look', 'automation'] as const;

/** The menu “More”: commands that have no button of their own. */
export function CommandMenu() {
  const store = useEditorStore();
  const screen = useScreenStore();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon aria-label="More">
          <IconDots size={18} stroke={1.5} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {parts.map((part, at) => (
          <div key={part}>
            {at > 0 ? <Menu.Divider /> : null}
            {commands
              .filter((command) => command.menu?.part === part)
              .map((command) => (
                <Item key={command.id} command={command} context={{ store, screen }} />
              ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface ItemProps {
  command: Command;
  context: CommandContext;
}

/** Drawn when the menu opens, so that it says what holds then. */
function Item({ command, context }: ItemProps) {
  if (command.there?.(context) === false) return null;
  return (
    <MenuLine
      command={{
        label: command.menu?.label ?? command.label,
        danger: command.menu?.danger ?? false,
        unavailable: whyNot(command, context),
        run: () => command.run(context),
      }}
    />
  );
}

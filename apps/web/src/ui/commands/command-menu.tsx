import { Menu, type FloatingPosition, type MenuDropdownProps, type MenuProps } from '@mantine/core';
import { Fragment, useId, type ReactElement, type ReactNode } from 'react';
import { showToast } from '../feedback/toast';
import { PAGE, ROWS, usePaletteSource, type PaletteGroup } from './palette-store';

/** Something that a page can do, for its menu and for the palette. */
export interface PageCommand {
  /** Its name; one menu has each only once. */
  label: string;
  run: () => void;
  icon?: ReactNode;
  /** At the right end: a mark, or whose it is. */
  mark?: ReactNode;
  /** Other words under which the palette finds it. */
  keywords?: string | undefined;
  /** It takes something away. */
  danger?: boolean;
  /** Why it cannot be done now: it keeps its place and says so. */
  unavailable?: string | undefined;
}

/** What stands together in a menu; a line parts it from the part before. */
export interface CommandPart {
  heading?: string;
  /** What does not exist here is left out of the menu and of the palette. */
  commands: readonly (PageCommand | false | null)[];
}

interface CommandMenuProps {
  /** The button that opens it. */
  target: ReactElement;
  parts: readonly CommandPart[];
  /** What it is about, where the page has several of these: a row's name. */
  about?: string;
  /** Its heading in the palette. */
  title?: string;
  /** It is there on every page. */
  everywhere?: boolean;
  position?: FloatingPosition;
  /** Where it is not opened and closed by its button alone. */
  menu?: MenuProps;
  dropdown?: MenuDropdownProps;
}

/** A menu whose commands are in the palette too, as long as it is on the page: the one list of them. */
export function CommandMenu({
  target,
  parts,
  about,
  title,
  everywhere = false,
  position = 'bottom-end',
  ...look
}: CommandMenuProps) {
  const id = useId();
  const shown = parts.map(({ heading, commands }) => ({ heading, commands: commands.filter((one) => !!one) }));
  usePaletteSource((): PaletteGroup[] => [
    {
      title: title ?? (about === undefined ? PAGE : ROWS),
      everywhere,
      items: shown.flatMap(({ commands }) =>
        commands.map((command) => ({
          id: `${everywhere ? title : id}-${command.label}`,
          label: command.label,
          kind: command.unavailable ?? about,
          keywords: [about, command.keywords].filter(Boolean).join(' '),
          icon: command.icon,
          unavailable: command.unavailable !== undefined,
          run: () => runOrSayWhy(command),
        })),
      ),
    },
  ]);
  const filled = shown.filter(({ heading, commands }) => heading !== undefined || commands.length > 0);
  return (
    <Menu position={position} withinPortal withInitialFocusPlaceholder={false} {...look.menu}>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown {...look.dropdown}>
        {filled.map(({ heading, commands }, at) => (
          <Fragment key={at}>
            {at > 0 ? <Menu.Divider /> : null}
            {heading === undefined ? null : <Menu.Label>{heading}</Menu.Label>}
            {commands.map((command) => (
              <MenuLine key={command.label} command={command} />
            ))}
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function runOrSayWhy({ label, run, unavailable }: PageCommand): void {
  if (unavailable === undefined) run();
  else showToast(`${label}: ${unavailable}`);
}

/** One command as a line of a menu; what cannot be done now says why. */
export function MenuLine({ command }: { command: PageCommand }) {
  const { label, icon, mark, danger, unavailable } = command;
  return (
    <Menu.Item
      leftSection={icon}
      rightSection={mark}
      {...(danger ? { color: 'danger' } : {})}
      aria-disabled={unavailable !== undefined}
      className={unavailable === undefined ? undefined : 'unavailable-item'}
      onClick={() => runOrSayWhy(command)}
    >
      {label}
      {unavailable === undefined ? null : <span className="label item-reason">{unavailable}</span>}
    </Menu.Item>
  );
}

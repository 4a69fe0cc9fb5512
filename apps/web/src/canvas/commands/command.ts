import type { EditorStore } from '../document/editor-store';
import type { ScreenStore } from '../screen/screen-store';

export interface CommandContext {
  store: EditorStore;
  screen: ScreenStore;
}

/** Something the keyboard, the palette, the menus and the bars can do: the only list of it. */
export interface Command {
  id: string;
  label: string;
  /** `mod` is Ctrl, on a Mac Cmd. */
  keys: string[];
  /** Its place in the menu “More”: the part, and a shorter label where one will do there. */
  menu?: { part: 'layout' | 'look' | 'automation'; label?: string; danger?: true };
  enabled?: (context: CommandContext) => boolean;
  /** What is needed for it where it is not enabled. */
  needs?: string;
  /** Whether there is such a thing at all now; a menu leaves it out otherwise. */
  there?: (context: CommandContext) => boolean;
  run: (context: CommandContext) => void;
  /** Changes nothing, so it works in Live and for readers too. */
  reads?: boolean;
}

/** A key press in the words of `keys`: by its meaning where it has one, so that layouts do not matter. */
export const pressed = (event: KeyboardEvent | React.KeyboardEvent): string => {
  const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : undefined;
  const code = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase();
  const key =
    letter ?? (event.key.length === 1 && code && /[^\u0000-\u007f]/.test(event.key) ? code : event.key.toLowerCase());
  const shift = event.shiftKey && (key.length > 1 || /[a-z]/.test(key));
  return [event.ctrlKey || event.metaKey ? 'mod' : '', event.altKey ? 'alt' : '', shift ? 'shift' : '', key]
    .filter(Boolean)
    .join('+');
};

import type { EditorStore } from '../document/editor-store';
import type { ScreenStore } from '../screen/screen-store';

export interface CommandContext {
  store: EditorStore;
  screen: ScreenStore;
}

/** Something the keyboard, the search and the menus can do. */
export interface Command {
  id: string;
  label: string;
  /** `mod` is Ctrl, on a Mac Cmd. */
  keys: string[];
  enabled?: (context: CommandContext) => boolean;
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

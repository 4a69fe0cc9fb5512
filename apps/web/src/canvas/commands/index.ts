import type { Command, CommandContext } from './command';
import { pressed } from './command';
import { editCommands } from './edit';
import { navigateCommands } from './navigate';
import { pageCommands } from './page';

export type { Command, CommandContext } from './command';

/** Everything that can be done by key, from the palette, or from a menu. The only list. */
export const commands: readonly Command[] = [...editCommands, ...navigateCommands, ...pageCommands];

/** Whether a command can run now: changes need Build and the right to make them. */
const canRun = (command: Command, context: CommandContext): boolean => {
  const { mode, readOnly } = context.store.getState();
  if (!command.reads && (mode !== 'build' || readOnly)) return false;
  return (command.there?.(context) ?? true) && (command.enabled?.(context) ?? true);
};

/** Why a command that there is cannot run now; undefined where it can. */
export const whyNot = (command: Command, context: CommandContext): string | undefined => {
  if (canRun(command, context)) return undefined;
  const { mode, readOnly } = context.store.getState();
  if (readOnly) return 'Your role may look at this and not change it.';
  if (!command.reads && mode !== 'build') return 'Go to Build first.';
  return command.needs ?? 'This cannot be done now.';
};

const FIELDS = 'input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable="true"]';

/** Whether keys belong to a field being typed in. Nobody types into a switch or a choice, such as that of the mode. */
const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest(FIELDS) !== null;

/** Work wherever the focus is, as does going from change to change: the list of them is beside the drawing. */
const global = new Set(['undo', 'redo', 'find', 'next-change', 'previous-change']);

/**
 * What is typed before a list that was just asked for has the focus belongs to its field: giving it the focus now sends
 * the letter there.
 */
const typesAhead = (event: KeyboardEvent, { screen }: CommandContext): boolean => {
  const { picker, choosing } = screen.getState();
  if (!picker && !choosing) return false;
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || typing(event.target)) return false;
  const field = document.querySelector<HTMLElement>('.picker input, .find-input input, input.find-input');
  field?.focus();
  return true;
};

/** Runs the command of a key press; says whether there was one. Fields keep their own keys. */
export const runKey = (event: KeyboardEvent, context: CommandContext, onDrawing: boolean): boolean => {
  if (event.defaultPrevented || event.isComposing) return false;
  if (typesAhead(event, context)) return true;
  const key = pressed(event);
  const command = commands.find((one) => one.keys.includes(key));
  if (!command || !canRun(command, context)) return false;
  const inField = typing(event.target);
  if (inField && !(command.id === 'find' && key === 'mod+k')) return false;
  if (!onDrawing && !global.has(command.id)) return false;
  event.preventDefault();
  event.stopPropagation();
  command.run(context);
  return true;
};

import type { Command, CommandContext } from './command';
import { pressed } from './command';
import { editCommands } from './edit';
import { navigateCommands } from './navigate';

export type { Command, CommandContext } from './command';

/** Everything that can be done by key or from the search. */
export const commands: readonly Command[] = [...editCommands, ...navigateCommands];

/** Whether a command can run now: changes need Build and the right to make them. */
export const canRun = (command: Command, context: CommandContext): boolean => {
  const { mode, readOnly } = context.store.getState();
  if (!command.reads && (mode !== 'build' || readOnly)) return false;
  return command.enabled?.(context) ?? true;
};

/** Whether keys belong to a field being typed in. */
const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;

const global = new Set(['undo', 'redo', 'find']);

/** Runs the command of a key press; says whether there was one. Fields keep their own keys. */
export const runKey = (event: KeyboardEvent, context: CommandContext, onDrawing: boolean): boolean => {
  if (event.defaultPrevented || event.isComposing) return false;
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

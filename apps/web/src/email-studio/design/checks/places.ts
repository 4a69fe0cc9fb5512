import type { Place } from '../mail/designs.queries';
import type { EditorName } from '../mail/draft';

/** Parts of a mail that stand above the editor. */
export const inLines = new Set(['/subject', '/preheader']);

/** Whether this editor can go to a place. */
export const canShow = (editor: EditorName, { pointer, line }: Place): boolean =>
  inLines.has(pointer) ||
  pointer === '/text' ||
  (editor === 'mjml' && pointer.startsWith('/rows/')) ||
  (editor === 'html' && pointer === '/html' && line !== undefined);

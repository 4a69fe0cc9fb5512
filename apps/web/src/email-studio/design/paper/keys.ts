import type { Editor } from 'grapesjs';
import { choose, duplicate, move, remove, walk, write } from './moves';
import type { Pen } from './writing';

interface Pressed {
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

/**
 * What a key does to the chosen part, on the paper and in the outline alike; undefined where it does nothing. GrapesJS's
 * own map of keys is removed, for it also listens on the page around the paper.
 */
export function actionOf(editor: Editor, pressed: Pressed, undoing: { undo(): void; redo(): void }) {
  const part = editor.getSelected();
  const mod = pressed.ctrlKey || pressed.metaKey;
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  if (mod && key === 'z') return pressed.shiftKey ? undoing.redo : undoing.undo;
  if (mod && key === 'y') return undoing.redo;
  if (mod && key === 'd' && part) return () => duplicate(editor, part);
  if (mod) return undefined;
  if (pressed.altKey) {
    if (key === 'ArrowUp' && part) return () => void move(editor, part, -1);
    if (key === 'ArrowDown' && part) return () => void move(editor, part, 1);
    return undefined;
  }
  switch (key) {
    case 'ArrowUp':
      return () => walk(editor, -1);
    case 'ArrowDown':
      return () => walk(editor, 1);
    case 'Enter':
      return part && (() => write(part));
    case 'Delete':
    case 'Backspace':
      return part && (() => remove(editor, part));
    case 'Escape':
      return () => choose(editor, undefined);
    default:
      return undefined;
  }
}

/** Listens on the paper. While a text is written in, the keys are the text's. */
export function listenToKeys(editor: Editor, doc: Document, pen: Pen, undoing: { undo(): void; redo(): void }): void {
  doc.addEventListener('keydown', (event) => {
    if (event.isComposing || pen.writing()) return;
    const action = actionOf(editor, event, undoing);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

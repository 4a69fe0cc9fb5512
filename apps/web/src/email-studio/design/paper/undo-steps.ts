import type { Editor } from 'grapesjs';

/** With these something begins that a person does. */
const BEGINNINGS = ['keydown', 'pointerdown', 'drop', 'paste'] as const;

interface Change {
  get(name: 'magicFusionIndex'): number;
  set(change: { magicFusionIndex: number }, options: { silent: true }): void;
}

/**
 * Makes whatever a person does a step of its own to undo. GrapesJS takes all changes for one step until a timer fires,
 * and browsers put timers off after a key until they have drawn: of two quick keys, undo took back both.
 */
export class UndoSteps {
  private readonly listening = new AbortController();
  private begun = false;

  constructor(editor: Editor) {
    let step = 0;
    let theirs: number | undefined;
    // GrapesJS undoes together what has one number.
    const { stack } = editor.UndoManager.getInstance() as {
      stack: { on(event: 'add', call: (change: Change) => void): void };
    };
    stack.on('add', (change) => {
      const number = change.get('magicFusionIndex');
      if (this.begun || number !== theirs) step += 1;
      this.begun = false;
      theirs = number;
      change.set({ magicFusionIndex: step }, { silent: true });
    });
  }

  /** Listens to what a person does in a page: the one around the paper, or the paper's own. */
  in(page: Document): void {
    const begin = () => (this.begun = true);
    const { signal } = this.listening;
    for (const event of BEGINNINGS) page.addEventListener(event, begin, { capture: true, signal });
  }

  stop(): void {
    this.listening.abort();
  }
}

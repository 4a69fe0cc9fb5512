import { blockOf, chipsFromLiquid, liquidFromChips } from '#designs';
import type { Component, Editor } from 'grapesjs';
import { typeOf, viewOf, writtenIn, type View } from './model';
import { noMarks, put, type PaperStore, type TextStyle } from './paper-state';
import { pastedWords } from './pasted';

/*
 * Writing in a text: the browser's own editing. GrapesJS's editor asks the state of every one of its buttons at every
 * key, which is slow, and makes components of links and bold words, which would then be chosen one by one.
 */

interface Enabled {
  paste: (event: ClipboardEvent) => void;
  leave: (event: KeyboardEvent) => void;
}

const MARKS_MS = 150;

/** Teaches GrapesJS our way of writing. */
export function writing(editor: Editor): void {
  editor.setCustomRte({
    parseContent: false,
    enable(el: HTMLElement, _before: unknown, options: { view?: View }) {
      const { view } = options;
      const doc = el.ownerDocument;
      const line = view !== undefined && isLine(view.model);
      el.contentEditable = 'true';
      doc.execCommand('styleWithCSS', false, 'false');
      doc.execCommand('defaultParagraphSeparator', false, 'p');
      const paste = (event: ClipboardEvent) => pasteInto(event, line);
      el.addEventListener('paste', paste);
      const leave = (event: KeyboardEvent) => {
        if ((event.key !== 'Escape' && !(line && event.key === 'Enter')) || event.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        void view?.disableEditing().then(() => doc.body.focus());
      };
      el.addEventListener('keydown', leave);
      el.focus();
      const at = doc.getSelection();
      if (at && !el.contains(at.anchorNode)) {
        at.selectAllChildren(el);
        at.collapseToEnd();
      }
      return { paste, leave };
    },
    disable(el: HTMLElement, enabled: Enabled | undefined) {
      el.contentEditable = 'false';
      if (!enabled) return;
      el.removeEventListener('paste', enabled.paste);
      el.removeEventListener('keydown', enabled.leave);
    },
    // Liquid that was typed by hand becomes a chip when the text is left.
    getContent: (el: HTMLElement) => chipsFromLiquid(liquidFromChips(el)),
    focus: (el: HTMLElement) => el.focus(),
  } as never);
}

/** Whether a part holds one line, which has no paragraphs, lists or links in it. */
const isLine = (part: Component): boolean => blockOf(typeOf(part))?.words === 'line';

/** What is pasted goes through the same list of allowed tags as what is read; pictures go up to the frame. */
function pasteInto(event: ClipboardEvent, line: boolean): void {
  const data = event.clipboardData;
  if (!data || (data.files.length > 0 && !data.types.includes('text/plain'))) return;
  event.preventDefault();
  event.stopPropagation();
  const doc = (event.currentTarget as HTMLElement).ownerDocument;
  const html = line ? '' : data.getData('text/html');
  const plain = data.getData('text/plain');
  if (html) doc.execCommand('insertHTML', false, chipsFromLiquid(liquidFromChips(pastedWords(html))));
  else doc.execCommand('insertText', false, line ? plain.replace(/\s+/g, ' ') : plain);
}

export type Mark = 'bold' | 'italic' | 'list' | 'numbers';
const commands: Readonly<{ [mark in Mark]: string }> = {
  bold: 'bold',
  italic: 'italic',
  list: 'insertUnorderedList',
  numbers: 'insertOrderedList',
};

const textStyles = new Map<string, TextStyle>([
  ['h1', 'h1'],
  ['h2', 'h2'],
  ['h3', 'h3'],
]);

/** What the toolbar does in the text that is being written in. Nothing, where none is. */
export interface Pen {
  toggle(mark: Mark): void;
  /** Makes the paragraph of the caret a heading, or a paragraph again. */
  style(style: TextStyle): void;
  /** Keeps the place of the caret while a field beside the paper is typed in. */
  hold(): void;
  /** Links the marked words, or the address itself where none are marked; an empty one unlinks. */
  link(href: string): void;
  /** Puts a personal word at the caret, or in place of the one that was clicked. */
  word(liquid: string): void;
  /** The personal word that was clicked stays as it is. */
  leaveWord(): void;
  /** Whether a text is being written in, so that undo is the browser's. */
  writing(): boolean;
  undo(): void;
  redo(): void;
}

/** The pen of one editor; tells the panels what is marked where the caret stands. */
export function createPen(editor: Editor, store: PaperStore): Pen {
  // There from the load of the frame, before which nothing below is called.
  const doc = () => editor.Canvas.getDocument()!;
  let held: Range | undefined;
  let clicked: HTMLElement | undefined;

  const element = (): HTMLElement | undefined => {
    const part = writtenIn(editor);
    return part && viewOf(part)?.getChildrenContainer();
  };
  /** Back to where the caret was, then does it, and lets GrapesJS know as if it had been typed. */
  const within = (act: (doc: Document) => void) => {
    const el = element();
    if (!el) return;
    el.focus();
    const at = doc().getSelection();
    if (held && at && el.contains(held.startContainer)) {
      at.removeAllRanges();
      at.addRange(held);
    }
    held = undefined;
    act(doc());
    el.dispatchEvent(new Event('input', { bubbles: true }));
    look();
  };
  const linkAt = () => {
    const node = doc().getSelection()?.anchorNode;
    const from = node instanceof doc().defaultView!.Element ? node : node?.parentElement;
    return from?.closest('a') ?? undefined;
  };
  function look(): void {
    if (!element()) return;
    put(store, {
      marks: {
        bold: doc().queryCommandState(commands.bold),
        italic: doc().queryCommandState(commands.italic),
        list: doc().queryCommandState(commands.list),
        numbers: doc().queryCommandState(commands.numbers),
        style: textStyles.get(doc().queryCommandValue('formatBlock')) ?? 'p',
        link: linkAt()?.getAttribute('href') ?? undefined,
      },
    });
  }

  let due = false;
  const listen = ({ el }: { el: HTMLIFrameElement }) => {
    const frame = el.contentDocument;
    if (!frame) return;
    frame.addEventListener('selectionchange', () => {
      if (due || !store.getState().writing) return;
      due = true;
      setTimeout(() => {
        due = false;
        look();
      }, MARKS_MS);
    });
    frame.addEventListener('click', (event) => {
      const target = event.target as HTMLElement;
      clicked = target.closest<HTMLElement>('[data-liquid]') ?? undefined;
      put(store, { word: store.getState().writing ? clicked?.dataset.liquid : undefined });
    });
  };
  editor.on('canvas:frame:load', listen);
  // Told of before GrapesJS knows which part is edited.
  editor.on('rte:enable', (view: View) => put(store, { writing: isLine(view.model) ? 'line' : 'text' }));
  editor.on('rte:disable', () => put(store, { writing: undefined, marks: noMarks, word: undefined }));

  return {
    toggle: (mark) => within((at) => at.execCommand(commands[mark])),
    style: (style) => within((at) => at.execCommand('formatBlock', false, style)),
    hold: () => {
      const at = doc().getSelection();
      held = at && at.rangeCount > 0 ? at.getRangeAt(0).cloneRange() : undefined;
    },
    link: (href) =>
      within((at) => {
        const link = linkAt();
        if (link) at.getSelection()?.selectAllChildren(link);
        if (!href) at.execCommand('unlink');
        else if (at.getSelection()?.isCollapsed) {
          const made = at.createElement('a');
          made.setAttribute('href', href);
          made.textContent = href;
          at.execCommand('insertHTML', false, made.outerHTML);
        } else at.execCommand('createLink', false, href);
      }),
    word: (liquid) =>
      within((at) => {
        if (clicked?.isConnected) {
          const range = at.createRange();
          range.selectNode(clicked);
          at.getSelection()?.removeAllRanges();
          at.getSelection()?.addRange(range);
        }
        clicked = undefined;
        // The mark without width lets the caret stand behind a word at the end; it is left out when read.
        at.execCommand('insertHTML', false, `${chipsFromLiquid(liquid)}\u200b`);
        put(store, { word: undefined });
      }),
    leaveWord: () => {
      clicked = undefined;
      put(store, { word: undefined });
    },
    writing: () => element() !== undefined,
    undo: () => void doc().execCommand('undo'),
    redo: () => void doc().execCommand('redo'),
  };
}

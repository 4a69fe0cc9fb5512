import 'grapesjs/dist/css/grapes.min.css';
import './grapes-theme.css';
import { chipsFromLiquid, type Brand, type Design, type MailNode, type MailStream } from '#designs';
import grapesjs, { type Component, type Editor } from 'grapesjs';
import { wordsIn } from '../mail/words-in';
import { atRest, type NearEditor } from '../mail/editor-handle';
import { frameContent, frameStyle, guardDrops, listenToPaste, nameFrame } from './frame';
import { actionOf, listenToKeys } from './keys';
import { definitionOf, loadDesign, nodeOf, putDesign, readDesign, wordsOf } from './load-read';
import { mailTypes } from './mail-types';
import {
  bodyOf,
  holders,
  inOrder,
  isThere,
  onlyOf,
  partAt,
  partById,
  partsOf,
  rowOfLone,
  settingsOf,
  typeOf,
  viewOf,
} from './model';
import { choose, duplicate, insert, move, remove, write, type Step } from './moves';
import { put, type PaperStore } from './paper-state';
import { UndoSteps } from './undo-steps';
import { createPen, writing, type Pen } from './writing';

/** The drag-and-drop editor as the panels beside it use it. Parts go by the ids that the outline lists. */
export interface Paper extends NearEditor {
  readonly pen: Pen;
  read(): { design: Design; html: string };
  choose(id: string): void;
  /** Chooses the part that a pointer into the design means. Whether there is one. */
  show(pointer: string): boolean;
  /** Changes settings of the chosen part; an empty one goes back to the default. */
  set(settings: Record<string, string>): void;
  /** The same of the whole mail. */
  setMail(settings: Record<string, string>): void;
  setOnly(condition: string | undefined): void;
  /** The words of a block that is not written in on the paper, and what is inside it. */
  setInside(inside: { content?: string; parts?: readonly MailNode[] }): void;
  insert(node: MailNode): void;
  move(id: string, step: Step): void;
  duplicate(id: string): void;
  remove(id: string): void;
  write(id: string): void;
  /** The chosen part as the design has it. */
  chosenNode(): MailNode | undefined;
  /** A key of the outline; whether it meant something. */
  key(event: KeyboardEvent | React.KeyboardEvent): boolean;
  drag(node: MailNode, event: DragEvent): void;
  endDrag(): void;
  focus(): void;
  close(): void;
}

interface PaperOptions {
  design: Design;
  brand: Brand;
  stream: MailStream;
  store: PaperStore;
  onChanged: () => void;
  onReady: (paper: Paper) => void;
  onFiles: (files: File[]) => void;
}

const UNDO_STEPS = 200;
const WORDS_SHOWN = 40;

/** Opens the editor in an element; `onReady` gets its handle once the design is on the paper. */
export function openPaper(host: HTMLElement, options: PaperOptions): { close(): void } {
  const { store, brand, stream } = options;
  // GrapesJS tells of loads and changes that were under way even after it was closed.
  let closed = false;
  const rest = atRest(() => !closed && options.onChanged());
  const editor = grapesjs.init({
    container: host,
    height: '100%',
    width: 'auto',
    fromElement: false,
    storageManager: false,
    telemetry: false,
    noticeOnUnload: false,
    cssIcons: '',
    log: ['error'],
    showOffsets: false,
    multipleSelection: false,
    panels: { defaults: [] },
    blockManager: { custom: true, blocks: [] },
    layerManager: { custom: true },
    styleManager: { custom: true },
    traitManager: { custom: true },
    selectorManager: { custom: true },
    assetManager: { custom: { open: () => undefined, close: () => undefined } },
    richTextEditor: { custom: true },
    undoManager: { trackSelection: false, maximumStackLength: UNDO_STEPS },
    deviceManager: {
      devices: [
        { id: 'desktop', name: 'Desktop', width: '' },
        { id: 'phone', name: 'Phone', width: '375px', widthMedia: '480px' },
      ],
    },
    canvas: { frameStyle: frameStyle(brand), frameContent },
    plugins: [(made: Editor) => mailTypes(made, { brand, stream, typed: () => rest.later() }), writing],
  } as never);

  const pen = createPen(editor, store);
  const undoing = {
    undo: () => void (pen.writing() ? pen.undo() : editor.UndoManager.undo()),
    redo: () => void (pen.writing() ? pen.redo() : editor.UndoManager.redo()),
  };
  const steps = new UndoSteps(editor);
  steps.in(host.ownerDocument);
  let loaded = false;
  editor.on('component:update component:add component:remove undo redo', () => {
    if (loaded) rest.later();
  });
  const tell = createTelling(editor, store, () => closed);
  editor.on('canvas:frame:load', ({ el }: { el: HTMLIFrameElement }) => {
    const doc = el.contentDocument;
    if (closed || !doc) return;
    nameFrame(el);
    steps.in(doc);
    listenToKeys(editor, doc, pen, undoing);
    listenToPaste(doc, options.onFiles);
    guardDrops(editor, [doc, host], options.onFiles);
  });
  editor.on('load', () => {
    if (closed) return;
    editor.Keymaps.removeAll();
    loadDesign(editor, options.design);
    tell();
    loaded = true;
    options.onReady(paper);
  });

  const withPart = (id: string, act: (part: Component) => void) => {
    const part = partById(editor, id);
    if (part) act(part);
  };
  const close = () => {
    closed = true;
    rest.stop();
    steps.stop();
    editor.destroy();
  };
  const paper: Paper = {
    pen,
    ...undoing,
    load: ({ design }) => putDesign(editor, design as Design),
    read: () => ({ design: readDesign(editor), html: '' }),
    device: (name) => void editor.setDevice(name),
    choose: (id) => withPart(id, (part) => choose(editor, part)),
    show: (pointer) => {
      const part = partAt(editor, pointer);
      if (part) choose(editor, part);
      return part !== undefined;
    },
    set: (settings) => {
      const part = editor.getSelected();
      if (part) change(part, settings);
    },
    setMail: (settings) => change(bodyOf(editor), settings),
    setOnly: (condition) => void editor.getSelected()?.set('only', condition || undefined),
    setInside: ({ content, parts }) => {
      const part = editor.getSelected();
      if (content !== undefined) part?.set('content', chipsFromLiquid(content));
      if (parts !== undefined) part?.set('parts', parts);
    },
    insert: (node) => insert(editor, node),
    move: (id, step) => withPart(id, (part) => move(editor, part, step)),
    duplicate: (id) => withPart(id, (part) => duplicate(editor, part)),
    remove: (id) => withPart(id, (part) => remove(editor, part)),
    write: (id) => withPart(id, write),
    chosenNode: () => {
      const part = editor.getSelected();
      return part && nodeOf(editor, part);
    },
    key: (event) => {
      const action = actionOf(editor, event, undoing);
      action?.();
      return action !== undefined;
    },
    drag: (node, event) => {
      // A block of the same name would stay as it was.
      editor.Blocks.remove('dragged');
      const block = editor.Blocks.add('dragged', { label: '', content: definitionOf(node) as never });
      editor.Blocks.startDrag(block, event);
    },
    endDrag: () => editor.Blocks.endDrag(false),
    focus: () => editor.Canvas.getBody().focus(),
    close,
  };
  return paper;
}

function change(part: Component, settings: Record<string, string>): void {
  const next = Object.entries({ ...settingsOf(part), ...settings }).filter(([, value]) => value !== '');
  part.set('mj', Object.fromEntries(next));
}

/** Tells the panels what is on the paper, whenever something other than words changes. Returns how to tell it now. */
function createTelling(editor: Editor, store: PaperStore, closed: () => boolean): () => void {
  const tell = () => {
    const selected = editor.getSelected();
    const part = selected && isThere(editor, selected) ? selected : undefined;
    put(store, {
      parts: inOrder(editor).map(({ part: one, depth }) => ({
        id: one.getId(),
        type: typeOf(one),
        depth,
        words: beginning(editor, one),
        only: onlyOf(one),
      })),
      mail: settingsOf(bodyOf(editor)),
      chosen: part && {
        id: part.getId(),
        type: typeOf(part),
        attributes: settingsOf(part),
        only: onlyOf(part),
        parts: partsOf(part),
        content: typeOf(part) === 'cx-footer' ? wordsOf(editor, part) : undefined,
      },
    });
  };
  // A click beside the blocks means the row, unless there is a choice of columns.
  editor.on('component:selected', (part: Component) => {
    const row = rowOfLone(part);
    // Not within GrapesJS's own choosing.
    if (row) queueMicrotask(() => !closed() && editor.select(row));
  });
  editor.on('undo redo', () => {
    const part = editor.getSelected();
    if (part && !isThere(editor, part)) editor.select(undefined as never);
  });
  let due = false;
  const soon = () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      if (!closed()) tell();
    });
  };
  editor.on('component:selected component:deselected component:add component:remove undo redo rte:disable', soon);
  editor.on('component:update:mj component:update:only component:update:content component:update:parts', soon);
  return tell;
}

/** What a part says, for the outline: its words, or what it shows. */
function beginning(editor: Editor, part: Component): string {
  const settings = settingsOf(part);
  if (holders.has(typeOf(part))) return '';
  const words = viewOf(part)?.getChildrenContainer().isContentEditable
    ? (viewOf(part)?.getChildrenContainer().textContent ?? '')
    : wordsIn(wordsOf(editor, part)).replace(/<[^>]*>/g, ' ');
  const text = words.trim() || settings.title || settings.alt || '';
  const line = text.replace(/\s+/g, ' ').trim();
  // By characters: half of one is shown as a question mark.
  return Array.from(line.slice(0, 2 * WORDS_SHOWN))
    .slice(0, WORDS_SHOWN)
    .join('');
}

import { blockOf, leafTags, rowTags, settled, type Brand, type MailStream } from '#designs';
import type { Component, Editor } from 'grapesjs';
import { drawn, picture } from './drawing';
import { bodyOf, isRow, onlyOf, settingsOf, typeOf, type View } from './model';
import { nodeOf } from './load-read';

const ofTypes = (...types: string[]) => types.map((type) => `[data-gjs-type="${type}"]`).join(',');

const leaves = new Set<string>(leafTags);

const CALM_MS = 250;

interface CalmView extends View {
  calm?: ReturnType<typeof setTimeout>;
}

/** Typing tells GrapesJS (frames, toolbars, listeners) once the hands rest; at every key it only calls `typed`. */
const calmInput = (typed: () => void) => ({
  onInput(this: CalmView) {
    typed();
    clearTimeout(this.calm);
    this.calm = setTimeout(() => {
      const model = this.model as unknown as Component & { emitWithEditor(event: string, of: Component): void };
      if (!model.collection) return;
      model.emitWithEditor('component:update', model);
      model.emitWithEditor('component:input', model);
    }, CALM_MS);
  },
  removed(this: CalmView) {
    clearTimeout(this.calm);
  },
});

/** A first click chooses a text, a second one writes in it; a double click does both. */
const writeOnClick = (editor: Editor) => ({
  events: () => ({ dblclick: 'onActive', input: 'onInput', click: 'onClickChosen' }),
  onClickChosen(this: View & { onActive(event: Event): void }, event: Event) {
    if (editor.getSelected() === this.model) this.onActive(event);
  },
});

interface Listening extends View {
  listenTo(of: unknown, event: string, call: () => void): void;
}

/** Draws the view's own element again when a setting or the condition changes. */
const painter = (paint: (view: View) => void) => ({
  init(this: Listening) {
    this.listenTo(this.model, 'change:mj change:only change:parts change:content', () => {
      paint(this);
      mark(this);
    });
  },
  onRender(this: Listening) {
    paint(this);
    mark(this);
  },
});

/** Says on the paper that a part is not for everybody. */
const mark = (view: View) => {
  const only = onlyOf(view.model);
  if (only) view.el.setAttribute('data-only', only);
  else view.el.removeAttribute('data-only');
};

interface Surroundings {
  brand: Brand;
  stream: MailStream;
  /** Called at every key in a text; it has to be quick. */
  typed: () => void;
}

/** The parts of a mail as component types of GrapesJS. */
export function mailTypes(editor: Editor, { brand, stream, typed }: Surroundings): void {
  const { Components } = editor;
  const calm = calmInput(typed);
  const common = (type: string) => ({
    tagName: 'div',
    name: blockOf(type)?.label ?? '',
    mj: {},
    stylable: false,
    resizable: false,
    traits: [],
    copyable: true,
    badgable: true,
    hoverable: true,
  });
  const look = (part: Component) => settled({ tagName: typeOf(part), attributes: settingsOf(part) }, brand);
  const add = (type: string, model: object, view: object, extend?: string) =>
    Components.addType(type, {
      ...(extend ? { extend } : {}),
      model: { defaults: { ...common(type), ...model } },
      view: view as object,
    });

  const fixed = { draggable: false, removable: false, copyable: false, badgable: false, hoverable: false };
  const ground = (view: View) =>
    view.el.setAttribute(
      'style',
      `background:${settingsOf(view.model)['background-color'] ?? brand.paper};min-height:100vh;padding:24px 0 48px`,
    );
  add('wrapper', { ...fixed, droppable: true, selectable: false }, painter(ground));
  add(
    'mj-section',
    { draggable: ofTypes('wrapper'), droppable: ofTypes('mj-column') },
    painter(({ el, model }) => {
      el.setAttribute('style', drawn.section(look(model)));
      el.classList.add('cx-flow');
    }),
  );
  add(
    'mj-column',
    // Moved by its buttons and keys, within its row: a row without columns could not be filled any more.
    { draggable: false, copyable: false, droppable: ofTypes(...leafTags) },
    painter(({ el, model }) => {
      el.setAttribute('style', drawn.column(look(model)));
      el.classList.add('cx-col');
    }),
  );
  // Between rows too: it is then given a row of its own (below).
  const inColumn = { draggable: ofTypes('mj-column', 'wrapper'), droppable: false };
  const words = { ...inColumn, editable: true };
  const text = painter(({ el, model }) => {
    el.setAttribute('style', drawn.text(look(model)));
    el.classList.add('cx-words');
  });
  add('mj-text', words, { ...text, ...calm, ...writeOnClick(editor) }, 'text');
  const button = painter((view) => {
    const settings = look(view.model);
    view.el.setAttribute('style', drawn.buttonBox(settings));
    view.getChildrenContainer().setAttribute('style', drawn.button(settings));
  });
  add(
    'mj-button',
    words,
    {
      ...calm,
      ...writeOnClick(editor),
      ...button,
      // The words stand in the button, not beside it.
      getChildrenContainer(this: View & { label?: HTMLElement }) {
        if (this.label?.parentNode !== this.el)
          this.label = this.el.appendChild(this.el.ownerDocument.createElement('span'));
        return this.label;
      },
    },
    'text',
  );
  const whole = (paint: (part: Component) => string) =>
    painter((view) => {
      view.el.innerHTML = paint(view.model);
    });
  add(
    'mj-image',
    inColumn,
    whole((part) => drawn.image(look(part))),
  );
  add(
    'mj-divider',
    inColumn,
    whole((part) => drawn.divider(look(part))),
  );
  add(
    'mj-spacer',
    inColumn,
    whole((part) => drawn.spacer(look(part))),
  );
  const spelled = whole((part) => picture(nodeOf(editor, part), brand, stream) || emptyPicture(typeOf(part)));
  add('mj-social', inColumn, spelled);
  for (const type of rowTags)
    if (type !== 'mj-section') add(type, { draggable: ofTypes('wrapper'), droppable: false }, spelled);

  // Once GrapesJS has drawn it, or its picture would stay on the paper.
  editor.on('component:add', (part: Component) => queueMicrotask(() => wrapStray(editor, part)));
}

/** In the place of a block that the mail leaves out as long as it is not filled in. */
const emptyPicture = (type: string): string =>
  `<div class="cx-no-picture">${blockOf(type)?.label ?? ''}: nothing to show yet</div>`;

/** A block that was dropped between rows gets a row and a column. */
function wrapStray(editor: Editor, part: Component): void {
  // Closed meanwhile.
  if (!editor.getModel()) return;
  const parent = part.parent();
  const type = typeOf(part);
  if (!parent || parent !== bodyOf(editor) || isRow(type) || !leaves.has(type)) return;
  const at = part.index();
  const definition = JSON.parse(JSON.stringify(part)) as object;
  part.remove();
  const [row] = parent.append(
    { type: 'mj-section', components: [{ type: 'mj-column', components: [definition] }] },
    { at },
  );
  const made = row?.components().at(0)?.components().at(0);
  if (made) editor.select(made);
}

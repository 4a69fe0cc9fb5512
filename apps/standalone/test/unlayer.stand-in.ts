import type { Page } from 'playwright-core';

/*
 * Unlayer's own script cannot be reached from here. In its place stands one that honours the contract its documentation
 * gives (createEditor, loadDesign, exportHtml, events, callbacks), under Unlayer's address and with its editor in a
 * frame of Unlayer's, so that the page's policy and the way between the two are those of the real one.
 */

const HOST = 'https://editor.unlayer.com';

interface Design {
  body: { rows: { columns: { contents: { type: string; values: { text?: string } }[] }[] }[] };
}

const named = (kind: string) => ({ _meta: { htmlID: `u_${kind}_1`, htmlClassNames: `u_${kind}` } });

/** A design of one text, as Unlayer writes it. */
export const designOf = (text: string) => {
  const contents = [{ type: 'text', values: { ...named('content_text'), text } }];
  const columns = [{ contents, values: named('column') }];
  return { schemaVersion: 18, body: { rows: [{ cells: [1], columns, values: named('row') }], values: named('body') } };
};

/** Answers for Unlayer's server. */
export async function standInForUnlayer(page: Page): Promise<void> {
  await page.route(`${HOST}/embed.js*`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: `(${embed.toString()})()` }),
  );
  await page.route(`${HOST}/frame`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><title>Unlayer</title><p contenteditable="true"></p><script>(${frame.toString()})(${JSON.stringify(designOf(''))})</script>`,
    }),
  );
}

type Call = (given?: unknown) => void;

interface EmbedWindow {
  unlayer: object;
  standIn: {
    created: number;
    destroyed: number;
    loaded: number;
    options?: { id: string };
    pick?: (name: string, base64: string) => Promise<unknown>;
  };
  document: Document;
  atob(text: string): string;
  addEventListener(
    type: 'message',
    call: (event: { source: unknown; data: { is: string; answer?: unknown } }) => void,
  ): void;
}
interface Document {
  getElementById(id: string): { replaceChildren(child: object): void } | null;
  createElement(tag: 'iframe'): {
    title: string;
    src: string;
    style: { cssText: string };
    remove(): void;
    contentWindow: { postMessage(message: object, to: string): void };
  };
}

/** Runs in the page: what Unlayer's script does. */
function embed(): void {
  const page = globalThis as unknown as EmbedWindow;
  const state: EmbedWindow['standIn'] = (page.standIn = { created: 0, destroyed: 0, loaded: 0 });
  page.unlayer = {
    createEditor(options: { id: string }) {
      const listeners = new Map<string, Call[]>();
      const callbacks = new Map<string, (chosen: object, done: Call) => void>();
      const asked: Call[] = [];
      const inside = page.document.createElement('iframe');
      const tell = (name: string) => listeners.get(name)?.forEach((call) => call());
      inside.title = 'Unlayer';
      inside.src = 'https://editor.unlayer.com/frame';
      inside.style.cssText = 'width:100%;height:100%;border:0;min-width:1024px';
      page.document.getElementById(options.id)!.replaceChildren(inside);
      state.created += 1;
      state.options = options;
      page.addEventListener('message', ({ source, data }) => {
        if (source !== inside.contentWindow) return;
        if (data.is === 'ready') tell('editor:ready');
        if (data.is === 'updated') tell('design:updated');
        if (data.is === 'exported') asked.shift()?.(data.answer);
      });
      state.pick = (name, base64) => {
        const bytes = Uint8Array.from(page.atob(base64), (letter) => letter.charCodeAt(0));
        const file = new File([bytes], name, { type: 'image/png' });
        return new Promise((done) => callbacks.get('image')?.({ attachments: [file], accepted: [file] }, done));
      };
      return {
        addEventListener: (name: string, call: Call) => listeners.set(name, [...(listeners.get(name) ?? []), call]),
        registerCallback: (name: string, call: (chosen: object, done: Call) => void) => callbacks.set(name, call),
        loadDesign: (design: object) => {
          state.loaded += 1;
          inside.contentWindow.postMessage({ do: 'load', design }, '*');
        },
        exportHtml: (done: Call) => {
          asked.push(done);
          inside.contentWindow.postMessage({ do: 'export' }, '*');
        },
        undo: () => undefined,
        redo: () => undefined,
        destroy: () => {
          state.destroyed += 1;
          inside.remove();
        },
      };
    },
  };
}

interface FrameWindow {
  document: {
    querySelector(selector: string): { innerHTML: string; addEventListener(type: 'input', call: () => void): void };
  };
  parent: { postMessage(message: object, to: string): void };
  addEventListener(type: 'message', call: (event: { data: { do: string; design?: Design } }) => void): void;
}

/** Runs in Unlayer's frame: an editor of one text. */
function frame(first: Design): void {
  const here = globalThis as unknown as FrameWindow;
  const text = here.document.querySelector('p');
  let design = first;
  text.addEventListener('input', () => {
    if (design.body.rows.length === 0) design = first;
    design.body.rows[0]!.columns[0]!.contents[0]!.values.text = `<p>${text.innerHTML}</p>`;
    here.parent.postMessage({ is: 'updated' }, '*');
  });
  here.addEventListener('message', ({ data }) => {
    if (data.do === 'load') {
      design = data.design!;
      text.innerHTML = (design.body.rows[0]?.columns[0]?.contents[0]?.values.text ?? '').replace(/<\/?p>/g, '');
    }
    if (data.do === 'export')
      setTimeout(
        () =>
          here.parent.postMessage(
            { is: 'exported', answer: { design, html: '<!DOCTYPE html><p>exported</p>', chunks: {} } },
            '*',
          ),
        20,
      );
  });
  // Told once, when everything is drawn.
  setTimeout(() => here.parent.postMessage({ is: 'ready' }, '*'), 300);
}

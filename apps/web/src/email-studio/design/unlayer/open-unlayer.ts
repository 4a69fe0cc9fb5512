import { atRest, type FarEditor, type Written } from '../mail/editor-handle';

/** How long Unlayer may take to answer, in milliseconds. Its callbacks simply never come when its frame is gone. */
const ANSWER_MS = 15_000;

/** A picture that was chosen in the editor. */
interface Chosen {
  attachments: File[];
}

/** What of Unlayer's editor is used here, as its documentation has it. */
export interface Inside {
  loadDesign(design: object): void;
  exportHtml(done: (answer: { design: object; html: string }) => void): void;
  addEventListener(event: 'design:updated', call: () => void): void;
  registerCallback(name: 'image', call: (chosen: Chosen, done: (answer: Uploaded) => void) => void): void;
  undo(): void;
  redo(): void;
}

interface Uploaded {
  progress: number;
  url?: string;
}

interface UnlayerOptions {
  initial: Written;
  /** Uploads a picture and gives its address. Says itself why it could not. */
  upload: (file: File) => Promise<string | undefined>;
  onChanged: () => void;
  onReady: (editor: FarEditor) => void;
}

const hasRows = (design: unknown): boolean =>
  ((design as { body?: { rows?: unknown[] } } | null)?.body?.rows?.length ?? 0) > 0;

/** Unlayer's editor behind the interface of all editors. */
export function openUnlayer({ initial, upload, onChanged, onReady }: UnlayerOptions) {
  const rest = atRest(onChanged);
  /** In its frame, once that has told that it is there. */
  let inside: Inside | undefined;
  let unread = false;
  /** What was read last, or is being read. */
  let reading: Promise<Written> = Promise.resolve(initial);
  let latest = initial;

  const exported = () =>
    new Promise<Written>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error('Unlayer did not answer, so nothing was saved. Check the connection and try again.')),
        ANSWER_MS,
      );
      inside?.exportHtml(({ design, html }) => {
        clearTimeout(timer);
        latest = { design, html };
        resolve(latest);
      });
    });
  const read = () => {
    if (!unread) return reading;
    unread = false;
    reading = exported();
    // Asked again by whoever reads next.
    reading.catch(() => (unread = true));
    return reading;
  };
  const load = (written: Written) => {
    latest = written;
    reading = Promise.resolve(written);
    unread = false;
    inside?.loadDesign(written.design as object);
  };
  const handle: FarEditor = {
    load,
    read,
    unread: () => unread,
    undo: () => inside?.undo(),
    redo: () => inside?.redo(),
    // It has a choice of widths of its own.
    device: () => undefined,
  };
  return {
    /** The editor in its frame is there, or another one took its place. */
    ready(made: Inside) {
      inside = made;
      // The component's own `onDesignUpdated` listens for a name that is never told.
      made.addEventListener('design:updated', () => {
        unread = true;
        rest.later();
      });
      made.registerCallback('image', ({ attachments: [file] }, done) => {
        if (file) void upload(file).then((url) => done(url === undefined ? { progress: 0 } : { progress: 100, url }));
      });
      if (hasRows(latest.design)) made.loadDesign(latest.design as object);
      onReady(handle);
    },
    close: () => rest.stop(),
  };
}

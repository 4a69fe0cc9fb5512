/** Widths in which an editor can show the mail while it is being designed. */
export type Device = 'desktop' | 'phone';

/** What an editor makes: a design, which the server turns into HTML, or the HTML itself. */
export interface Written {
  design: unknown;
  html: string;
}

interface EditorBase {
  /** Puts this in place of what is there; where the editor can, as a step that can be undone. */
  load(written: Written): void;
  undo(): void;
  redo(): void;
  device(name: Device): void;
}

/** An editor in this page, which answers at once. */
export interface NearEditor extends EditorBase {
  /** Everything as it stands, with what is being typed this moment. */
  read(): Written;
  unread?: undefined;
}

/** An editor in a frame of another server. It has to be read before it is taken away. */
export interface FarEditor extends EditorBase {
  /** Everything as it stands; the same again until something changes. @throws Error where it does not answer */
  read(): Promise<Written>;
  /** Whether something changed since it was last read. */
  unread(): boolean;
}

/** What every design editor can do. The screen around it knows nothing else of it. */
export type DesignEditor = NearEditor | FarEditor;

/** What an editor is given. It reads these once, when it is mounted; afterwards it is spoken to through its handle. */
export interface DesignEditorProps {
  initial: Written;
  readOnly: boolean;
  /** Nothing has changed for 400 ms after a change; never called while a key is handled. */
  onChanged: () => void;
  onReady: (editor: DesignEditor) => void;
  /** Pictures that were dropped or pasted. */
  onFiles: (files: File[]) => void;
}

/** How long an editor is at rest before it says that something changed, in milliseconds. */
const REST_MS = 400;

/** Calls back when nothing more has come for a while. */
export function atRest(call: () => void, ms = REST_MS): { later: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    later: () => {
      clearTimeout(timer);
      timer = setTimeout(call, ms);
    },
    stop: () => clearTimeout(timer),
  };
}

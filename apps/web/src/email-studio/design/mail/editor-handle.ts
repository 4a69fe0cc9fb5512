/** Widths in which an editor can show the mail while it is being designed. */
export type Device = 'desktop' | 'phone';

/** What an editor makes: a design, which the server turns into HTML, or the HTML itself. */
export interface Written {
  design: unknown;
  html: string;
}

/** What every design editor can do. The screen around it knows nothing else of it. */
export interface DesignEditor {
  /** Puts this in place of what is there; where the editor can, as a step that can be undone. */
  load(written: Written): void;
  /** Everything as it stands, with what is being typed this moment. @throws Error where the editor does not answer */
  read(): Written | Promise<Written>;
  undo(): void;
  redo(): void;
  device(name: Device): void;
}

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

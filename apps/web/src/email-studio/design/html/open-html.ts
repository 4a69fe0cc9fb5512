import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab, redo, undo } from '@codemirror/commands';
import { html } from '@codemirror/lang-html';
import { closePercentBrace, liquid } from '@codemirror/lang-liquid';
import { bracketMatching, foldGutter, indentOnInput } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { atRest, type NearEditor, type Written } from '../mail/editor-handle';
import { completions } from './completions';
import { codeTheme } from './code-theme';

/** A problem of the server's check, where it stands in the text. */
export interface TextProblem {
  severity: 'blocks' | 'look';
  message: string;
  line?: number | undefined;
  column?: number | undefined;
}

export interface HtmlEditorHandle extends NearEditor {
  /** Marks problems in their places; those without a place stand in the first line. */
  mark(problems: readonly TextProblem[]): void;
  /** Goes to a line, counted from 1. */
  goTo(line: number, column?: number): void;
  insert(text: string): void;
  close(): void;
}

interface Options {
  initial: Written;
  label: string;
  readOnly: boolean;
  onChanged: () => void;
  onFiles: (files: File[]) => void;
}

/** Opens a code editor for HTML with Liquid in an element. */
export function openHtml(host: HTMLElement, options: Options): HtmlEditorHandle {
  const rest = atRest(() => options.onChanged());
  const takePictures = (list: FileList | undefined, event: Event) => {
    const files = [...(list ?? [])].filter((file) => file.type.startsWith('image/'));
    if (options.readOnly || files.length === 0) return false;
    event.preventDefault();
    options.onFiles(files);
    return true;
  };
  const view = new EditorView({
    parent: host,
    state: EditorState.create({
      doc: options.initial.html,
      extensions: [
        lineNumbers(),
        foldGutter(),
        lintGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        liquid({ base: html({ autoCloseTags: true }), ...completions }),
        closePercentBrace,
        autocompletion(),
        codeTheme,
        EditorState.readOnly.of(options.readOnly),
        EditorView.contentAttributes.of({ 'aria-label': options.label }),
        EditorView.domEventHandlers({
          paste: (event) => takePictures(event.clipboardData?.files, event),
          drop: (event) => takePictures(event.dataTransfer?.files, event),
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) rest.later();
        }),
        // Tab indents; Escape, then Tab, leaves the editor, as CodeMirror's keymap has it.
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...completionKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
      ],
    }),
  });
  const placeOf = ({ line = 1, column = 1 }: Pick<TextProblem, 'line' | 'column'>): number => {
    const at = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
    return Math.min(at.to, at.from + Math.max(0, column - 1));
  };
  return {
    load: ({ html: text }) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    read: () => ({ design: null, html: view.state.doc.toString() }),
    undo: () => void undo(view),
    redo: () => void redo(view),
    device: () => undefined,
    mark: (problems) => {
      const diagnostics = problems.map((problem): Diagnostic => {
        const from = placeOf(problem);
        const end = view.state.doc.lineAt(from).to;
        return {
          from,
          to: Math.min(end, from + 1),
          severity: problem.severity === 'blocks' ? 'error' : 'warning',
          message: problem.message,
        };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    goTo: (line, column) => {
      view.dispatch({ selection: { anchor: placeOf({ line, column }) }, scrollIntoView: true });
      view.focus();
    },
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    close: () => {
      rest.stop();
      view.destroy();
    },
  };
}

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { backUp, type MailDocument, type MailDraft } from './mail/draft';
import type { DesignEditor } from './mail/editor-handle';
import { createSaving, type Save, type Saving } from './mail/saving';
import { useLastWords } from './mail/use-last-words';

const draftOf = ({ subject, preheader, written, text }: MailDocument): MailDraft => ({
  subject,
  preheader,
  written,
  text,
});

export interface Draft {
  /** As it was when the editor was last at rest. */
  now: MailDraft;
  saving: Saving;
  /** Reads the editor and hands on what changed. Whether it could be read. */
  take: () => Promise<boolean>;
  setField: (change: Partial<Omit<MailDraft, 'written'>>) => void;
  /** The editor is there, or another one took its place. */
  setEditor: (editor: DesignEditor) => void;
  /** Puts a draft in place of this one, in the editor too. */
  restore: (draft: MailDraft) => void;
}

/** A mail while it is edited: read at rest, saved by itself, and on leaving the screen at the latest. */
export function useDraft(document: MailDocument, savedAt: string, save: Save): Draft {
  const [saving] = useState(() =>
    createSaving((draft) => backUp(document.id, draft), draftOf(document), savedAt, save),
  );
  useEffect(() => saving.saveWith(save));
  const [now, setNow] = useState(() => draftOf(document));
  const current = useRef(now);
  const editor = useRef<DesignEditor | null>(null);

  const put = useCallback(
    (next: MailDraft) => {
      current.current = next;
      setNow(next);
      saving.changed(next);
    },
    [saving],
  );
  const take = useCallback(async () => {
    try {
      const written = editor.current?.read();
      if (written) put({ ...current.current, written: await written });
      return true;
    } catch (error) {
      saving.unread(error instanceof Error ? error.message : 'The editor did not answer.');
      return false;
    }
  }, [put, saving]);
  const setEditor = useCallback(
    (ready: DesignEditor) => {
      editor.current = ready;
      if (ready.unread) return;
      current.current = { ...current.current, written: ready.read() };
      saving.loadedAs(current.current);
    },
    [saving],
  );
  const setField = useCallback<Draft['setField']>((change) => put({ ...current.current, ...change }), [put]);
  const restore = useCallback(
    (draft: MailDraft) => {
      editor.current?.load(draft.written);
      put(draft);
    },
    [put],
  );

  // What was typed in the last moment is read before the editor below is taken away.
  useLayoutEffect(() => {
    saving.start();
    return () => {
      const last = editor.current;
      editor.current = null;
      // One in a frame cannot answer any more: its room reads it before it is left.
      if (last && !last.unread) saving.changed({ ...current.current, written: last.read() });
      saving.stop();
      void saving.flush({ keepalive: true });
    };
  }, [saving]);
  const unread = useCallback(() => editor.current?.unread?.() === true, []);
  useLastWords(saving, take, unread);
  return { now, saving, take, setField, setEditor, restore };
}

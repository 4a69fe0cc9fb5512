import type { Written } from './editor-handle';

export type EditorName = 'mjml' | 'html' | 'unlayer';
export type MailStream = 'broadcast' | 'transactional';

/** A mail as it stands in the editor. */
export interface MailDraft {
  subject: string;
  preheader: string;
  written: Written;
  /** The plain text as somebody wrote it; null where it is made from the design. */
  text: string | null;
}

/** What is edited: the draft, and what stays as it is while it is edited. */
export interface MailDocument extends MailDraft {
  /** Under which a copy of what was not saved is kept in the browser. */
  id: string;
  name: string;
  editor: EditorName;
  stream: MailStream;
}

const key = (id: string) => `cortex.unsaved-mail.${id}`;

/** Keeps what is not saved yet over the death of the tab; without a draft it is forgotten. */
export function backUp(id: string, draft: MailDraft | undefined): void {
  try {
    if (draft) localStorage.setItem(key(id), JSON.stringify({ at: new Date().toISOString(), draft }));
    else localStorage.removeItem(key(id));
  } catch {
    // No room: the draft is still in memory and on its way.
  }
}

/** What a killed tab left of a mail; the browser may have none, or not let us look. */
export function backedUp(id: string): { at: string; draft: MailDraft } | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(key(id)) ?? 'null') as { at: string; draft: MailDraft } | null;
    return kept && typeof kept.at === 'string' && typeof kept.draft?.subject === 'string' ? kept : undefined;
  } catch {
    return undefined;
  }
}

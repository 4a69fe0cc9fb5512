import type { EditorName } from '../design/mail/draft';

/** What a new template begins with. */
export interface Beginning {
  name: string;
  editor: EditorName;
  subject?: string | undefined;
  preheader?: string | undefined;
  design?: unknown;
  html?: string | undefined;
}

/** What can be copied; each kind has its own copy in this tab. */
export type CopiedKind = 'steps' | 'rules';

const key = (kind: CopiedKind) => `cortex.clipboard.${kind}`;

/** Keeps a text that the browser itself puts on the clipboard, for pasting by a menu or a command. */
export const keepCopy = (kind: CopiedKind, text: string): void => {
  try {
    sessionStorage.setItem(key(kind), text);
  } catch {
    // No room: the system's clipboard still has it.
  }
};

/** Copies a text. Without https a page cannot reach the clipboard; this tab's own copy still serves. */
export async function copyText(kind: CopiedKind, text: string): Promise<void> {
  keepCopy(kind, text);
  await navigator.clipboard?.writeText(text).catch(() => undefined);
}

/** The text to paste: the clipboard's, or this tab's own copy where the browser does not let us read it. */
export async function clipboardText(kind: CopiedKind): Promise<string> {
  const text = await navigator.clipboard?.readText?.().catch(() => '');
  return text || (sessionStorage.getItem(key(kind)) ?? '');
}

import { fontStacks, wordStyles, type Brand } from '#designs';
import type { Editor } from 'grapesjs';

/** The look of the paper itself. The mail is light in every theme; marks of choosing take the product's accent. */
export const frameStyle = (brand: Brand): string => `
  body{margin:0;background:${brand.paper};color:${brand.ink};font:16px/26px ${fontStacks[brand.font]};cursor:default}
  body:focus{outline:none}
  *{box-sizing:border-box}
  ${Object.entries(wordStyles(brand))
    .map(([tag, style]) => `${tag}{${style}}`)
    .join(' ')}
  .cx-words>:last-child{margin-bottom:0} a{color:${brand.accent}} img{min-height:24px;background:#efece4}
  .cx-words:empty::before{content:"Write here";color:#646d6b}
  .cx-col:empty{outline:1px dashed #8c877a;outline-offset:-4px;min-height:64px;display:grid;place-items:center}
  .cx-col:empty::before{content:"Drop a block here";color:#646d6b;font:12px/16px system-ui,sans-serif}
  .cx-no-picture{display:grid;place-items:center;min-height:120px;background:#efece4;color:#646d6b;font:12px/16px system-ui,sans-serif}
  .cx-chip{background:#dcebe5;color:#0b5549;border-radius:4px;padding:0 4px;white-space:nowrap;cursor:default}
  [data-only]{position:relative}
  [data-only]::after{content:"Not for everyone";position:absolute;top:0;right:0;background:#f5ead2;color:#8a5a00;font:12px/18px system-ui,sans-serif;padding:0 6px;border-radius:0 0 0 4px;pointer-events:none}
  html body .gjs-selected{outline:2px solid #0f6b5c!important;outline-offset:-2px}
  html body .gjs-selected-parent{outline:1px solid #8ac3b3!important;outline-offset:-1px}
  html body .gjs-hovered{outline:1px solid #8c877a!important;outline-offset:-1px}
  [contenteditable=true]{outline:2px solid #0f6b5c!important;outline-offset:-2px;cursor:text}
  @media(max-width:480px){.cx-flow{flex-direction:column}.cx-flow>*{flex:0 0 auto!important;max-width:100%!important}}
`;

export const frameContent = '<!DOCTYPE html><html lang="en"><head><title>The mail</title></head></html>';

const LABEL = 'The mail. Arrow keys choose a part, Enter writes in it, Alt with arrows moves it.';

/** Names the paper for who cannot see it. */
export function nameFrame(frame: HTMLIFrameElement): void {
  const doc = frame.contentDocument!;
  frame.title = 'The mail';
  // GrapesJS writes the head again after it has told of the load.
  setTimeout(() => {
    doc.title = 'The mail';
  });
  doc.documentElement.lang = 'en';
  doc.body.tabIndex = 0;
  doc.body.setAttribute('role', 'application');
  doc.body.setAttribute('aria-label', LABEL);
}

const pictures = (list: FileList | undefined): File[] =>
  [...(list ?? [])].filter((file) => file.type.startsWith('image/'));

/**
 * Lets only our own blocks fall on the paper; parts of the mail are moved without drag events. GrapesJS would make components of anything that is dragged onto it, and
 * fetch its pictures; of foreign things only image files are taken, to be uploaded.
 */
export function guardDrops(
  editor: Editor,
  targets: (Document | HTMLElement)[],
  onFiles: (files: File[]) => void,
): void {
  const guard = (event: Event) => {
    const drag = event as DragEvent;
    if (editor.Blocks.getDragBlock()) return;
    drag.stopImmediatePropagation();
    drag.preventDefault();
    const files = drag.type === 'drop' ? pictures(drag.dataTransfer?.files) : [];
    if (files.length > 0) onFiles(files);
  };
  for (const target of targets)
    for (const type of ['dragenter', 'dragover', 'drop']) target.addEventListener(type, guard, true);
}

/** A picture on the clipboard is uploaded, in a text or beside one. */
export function listenToPaste(doc: Document, onFiles: (files: File[]) => void): void {
  doc.addEventListener('paste', (event) => {
    const files = pictures(event.clipboardData?.files);
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  });
}

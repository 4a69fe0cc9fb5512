import type { FastifyReply } from 'fastify';
import { escapeHtml } from '#emails';

const style = `
:root{color-scheme:light dark;--paper:#faf9f6;--ink:#1d1b18;--soft:#6a655d;--line:#dedad2;--accent:#2f5d50}
@media (prefers-color-scheme:dark){:root{--paper:#191816;--ink:#eeebe4;--soft:#a29c92;--line:#3a3733;--accent:#8fc4b2}}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.6 system-ui,sans-serif}
main{max-width:32rem;margin:14vh auto;padding:0 1.5rem}
h1{font:500 1.7rem/1.25 Georgia,serif;margin:0 0 1rem}
p{margin:0 0 1.25rem}.soft{color:var(--soft);font-size:.9rem}
button{font:inherit;padding:.6rem 1.2rem;border:1px solid var(--accent);border-radius:.4rem;background:var(--accent);color:var(--paper);cursor:pointer}
button.quiet{background:none;color:var(--accent)}
button:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
a{color:var(--accent)}`;

export interface PublicPage {
  title: string;
  /** Plain sentences, escaped here. */
  text: string[];
  note?: string;
  /** One button that posts back to this address. */
  button?: { label: string; value: string; quiet?: boolean };
}

/** A page for people without an account: no script, no cookie, not to be indexed or cached, readable in the dark. */
export function sendPublicPage(reply: FastifyReply, status: number, page: PublicPage): void {
  const button = page.button
    ? `<form method="post"><button${page.button.quiet ? ' class="quiet"' : ''} name="action" value="${escapeHtml(page.button.value)}">${escapeHtml(page.button.label)}</button></form>`
    : '';
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>${escapeHtml(page.title)}</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(page.title)}</h1>${page.text.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}${button}${
    page.note ? `<p class="soft" style="margin-top:2rem">${escapeHtml(page.note)}</p>` : ''
  }</main></body></html>`;
  sendPublicHtml(reply, status, html);
}

/** HTML for people without an account; `sandbox` for what staff or a designer wrote. */
export function sendPublicHtml(reply: FastifyReply, status: number, html: string, sandbox = false): void {
  if (sandbox) {
    reply.header(
      'content-security-policy',
      "default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; font-src https: data:; sandbox allow-popups allow-top-navigation-by-user-activation; frame-ancestors 'self'",
    );
  }
  void reply
    .status(status)
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-robots-tag', 'noindex')
    .header('referrer-policy', 'no-referrer')
    .send(html);
}

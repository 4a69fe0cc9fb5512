import type { FastifyReply } from 'fastify';
import { escapeHtml } from '#emails';

/** The colours and shapes of the product (apps/web/src/ui/theme/tokens.css), for pages without its files. */
const style = `
:root{color-scheme:light dark;--paper:#f6f4ee;--card:#fffefb;--line:#dedacf;--edge:#8c877a;--ink:#1e2a2b;--soft:#4c5857;--accent:#0f6b5c;--accent-soft:#dcebe5;--on-accent:#fff;--danger:#a3302a}
@media (prefers-color-scheme:dark){:root{--paper:#14191a;--card:#1c2324;--line:#2f393a;--edge:#74807f;--ink:#eceae3;--soft:#b4bcb9;--accent:#5cc2ac;--accent-soft:#1e3832;--on-accent:#10201d;--danger:#f08a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,'Segoe UI',sans-serif;-webkit-text-size-adjust:100%}
main{max-width:36rem;margin:0 auto;padding:10vh 1rem 4rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:2rem}
.from{margin:0 0 .75rem;color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
h1{font:500 1.75rem/1.25 Newsreader,Georgia,serif;margin:0 0 1rem;overflow-wrap:anywhere}
h2{font:500 1.2rem/1.3 Newsreader,Georgia,serif;margin:0 0 .25rem}
p{margin:0 0 1.25rem;overflow-wrap:anywhere}
.card>:last-child,form>:last-child,section>:last-child{margin-bottom:0}
section{border-top:1px solid var(--line);margin-top:1.75rem;padding-top:1.5rem}
.soft{color:var(--soft);font-size:.9rem}
.note{margin:1.25rem 0 0;padding:0 .25rem}
.said{background:var(--accent-soft);border-radius:4px;padding:.6rem .9rem;margin:0 0 1.25rem}
.wrong{color:var(--danger)}
.row{display:flex;flex-wrap:wrap;gap:.75rem;margin:0}
button,.button{font:inherit;min-height:44px;padding:.55rem 1.2rem;border:1px solid var(--accent);border-radius:4px;background:var(--accent);color:var(--on-accent);cursor:pointer;text-decoration:none;display:inline-block}
button.quiet{background:none;color:var(--accent)}
button:hover{filter:brightness(1.06)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
a{color:var(--accent)}
fieldset{border:0;margin:0 0 1.25rem;padding:0}
legend{padding:0;font:500 1.2rem/1.3 Newsreader,Georgia,serif;margin:0 0 .5rem}
.choice{display:flex;gap:.75rem;align-items:flex-start;padding:.75rem 0;border-bottom:1px solid var(--line);cursor:pointer}
.choice:first-of-type{border-top:1px solid var(--line)}
.choice input{width:1.25rem;height:1.25rem;margin:.15rem 0 0;accent-color:var(--accent);flex:none}
.choice span{min-width:0;overflow-wrap:anywhere}
.choice small{display:block;color:var(--soft);font-size:.9rem}
.field{display:block;margin:0 0 1.25rem}
.field span{display:block;margin:0 0 .3rem}
.field input{font:inherit;width:100%;min-height:44px;padding:.5rem .75rem;border:1px solid var(--edge);border-radius:4px;background:var(--paper);color:var(--ink)}
.trap{position:absolute;left:-9999px;height:1px;overflow:hidden}
blockquote{margin:0 0 1.25rem;padding:0 0 0 1rem;border-left:3px solid var(--accent);white-space:pre-line;overflow-wrap:anywhere}
.plain main{padding:0;max-width:none}.plain .card{border:0;border-radius:0;padding:1.25rem}.plain{background:var(--card)}
@media (max-width:30rem){main{padding:1rem .75rem 3rem}.card{padding:1.35rem 1.15rem}.row button{width:100%}}`;

/** HTML that was made here, with every value in it escaped. */
export type SafeHtml = { readonly html: string };

/** A template of HTML: what is put in is escaped, unless it is `SafeHtml` or a list of it. */
export function html(parts: TemplateStringsArray, ...values: (string | number | SafeHtml | readonly SafeHtml[])[]) {
  const put = (value: (typeof values)[number]): string => {
    if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
    return 'html' in value ? value.html : value.map((one) => one.html).join('');
  };
  return { html: parts.map((part, at) => part + (at < values.length ? put(values[at]!) : '')).join('') } as SafeHtml;
}

export const nothing: SafeHtml = { html: '' };

export interface PublicPage {
  /** BCP 47; absent: English. */
  lang?: string;
  title: string;
  /** Who it is from, over the title. */
  from?: string;
  /** Plain sentences. */
  text?: readonly string[];
  /** What stands below them. */
  body?: SafeHtml;
  /** Beside the card, in small letters. */
  note?: string;
  /** For an iframe: without the room around the card. */
  plain?: boolean;
}

/** A form that posts back to the address of its page, with one button. */
export const button = (label: string, action: string, quiet = false): SafeHtml =>
  html`<button class="${quiet ? 'quiet' : 'main'}" name="action" value="${action}">${label}</button>`;

/** A page for people without an account: no script, no cookie, not to be indexed or cached, readable in the dark. */
export function sendPublicPage(reply: FastifyReply, status: number, page: PublicPage): void {
  const card = html`<div class="card">
      ${page.from ? html`<p class="from">${page.from}</p>` : nothing}
      <h1>${page.title}</h1>
      ${(page.text ?? []).map((line) => html`<p>${line}</p>`)}${page.body ?? nothing}
    </div>
    ${page.note ? html`<p class="soft note">${page.note}</p>` : nothing}`;
  const whole = html`<!doctype html><html lang="${page.lang ?? 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><title>${page.title}</title><style>${{ html: style }}</style></head>
<body${page.plain ? { html: ' class="plain"' } : nothing}><main>${card}</main></body></html>`;
  sendPublicHtml(reply, status, whole.html);
}

/** HTML for people without an account; `sandbox` for what staff or a designer wrote. */
export function sendPublicHtml(reply: FastifyReply, status: number, text: string, sandbox = false): void {
  if (sandbox) {
    reply.header(
      'content-security-policy',
      "default-src 'none'; base-uri 'none'; img-src https: data:; style-src 'unsafe-inline'; font-src https: data:; sandbox allow-popups allow-top-navigation-by-user-activation; frame-ancestors 'self'",
    );
  }
  void reply
    .status(status)
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-robots-tag', 'noindex')
    .header('referrer-policy', 'no-referrer')
    .send(text);
}

/** A field of a posted form; undefined where it is missing or no text. */
export function fieldOf(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return undefined;
  const value = Object.hasOwn(body, name) ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

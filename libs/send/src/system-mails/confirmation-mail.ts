import type { MailContent } from '#emails';
import type { PublicWords } from '../words/index.js';

/**
 * Asks whoever has the address whether it was them, in these words. The link is signed when the mail is made, so that
 * nothing stored confirms a sign-up. It has the workspace's words only, none of whoever filled in the form.
 * @param days how long the link works
 */
export const confirmationMail = ({ lang, confirmationMail: say }: PublicWords, days: number): MailContent => ({
  subject: say.subject,
  preheader: say.preheader,
  html: `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></head>
<body style="margin:0;padding:0"><div style="max-width:560px;margin:0 auto;padding:32px 24px;font:16px/1.6 -apple-system,'Segoe UI',sans-serif">
<h1 style="font:500 24px/1.3 Georgia,serif;margin:0 0 16px">${say.title}</h1>
<p style="margin:0 0 16px">${say.somebody}</p>
{% if activity.metadata.topics != '' %}<p style="margin:0 0 16px">${say.topics}</p>{% endif %}
<blockquote style="margin:0 0 24px;padding:0 0 0 16px;border-left:3px solid #0f6b5c">{{ activity.metadata.consent_text }}</blockquote>
<p style="margin:0 0 24px"><a href="{{ links.confirm }}" style="display:inline-block;padding:12px 24px;border-radius:4px;background:#0f6b5c;color:#ffffff;text-decoration:none">${say.submit}</a></p>
<p style="margin:0 0 16px">${say.lasts(days)}</p>
<p style="margin:0;font-size:14px">${say.note}</p>
</div></body></html>`,
  text: `${say.somebody}
{% if activity.metadata.topics != '' %}
${say.topics}
{% endif %}
{{ activity.metadata.consent_text }}

${say.openLink(days)}

{{ links.confirm }}

${say.note}
`,
});

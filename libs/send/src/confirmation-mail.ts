import type { MailContent } from '#emails';

/**
 * Asks whoever has the address whether it was them. The link is signed when the mail is made, so that nothing stored
 * confirms a sign-up. It has the workspace's words only, none of whoever filled in the form.
 */
export const confirmationMail: MailContent = {
  subject: 'Please confirm your subscription to {{ workspace.name }}',
  preheader: 'One more step: confirm that it was you.',
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></head>
<body style="margin:0;padding:0"><div style="max-width:560px;margin:0 auto;padding:32px 24px;font:16px/1.6 -apple-system,'Segoe UI',sans-serif">
<h1 style="font:500 24px/1.3 Georgia,serif;margin:0 0 16px">Please confirm your subscription</h1>
<p style="margin:0 0 16px">Somebody, most likely you, signed up with this address for e-mails from {{ workspace.name }}.</p>
{% if activity.metadata.topics != '' %}<p style="margin:0 0 16px">Topics: {{ activity.metadata.topics }}</p>{% endif %}
<blockquote style="margin:0 0 24px;padding:0 0 0 16px;border-left:3px solid #0f6b5c">{{ activity.metadata.consent_text }}</blockquote>
<p style="margin:0 0 24px"><a href="{{ links.confirm }}" style="display:inline-block;padding:12px 24px;border-radius:4px;background:#0f6b5c;color:#ffffff;text-decoration:none">Confirm subscription</a></p>
<p style="margin:0 0 16px">The link works for 7 days.</p>
<p style="margin:0;font-size:14px">If it was not you, ignore this e-mail. You will not get any others.</p>
</div></body></html>`,
  text: `Somebody, most likely you, signed up with this address for e-mails from {{ workspace.name }}.
{% if activity.metadata.topics != '' %}
Topics: {{ activity.metadata.topics }}
{% endif %}
{{ activity.metadata.consent_text }}

To confirm your subscription, open this link. It works for 7 days.

{{ links.confirm }}

If it was not you, ignore this e-mail. You will not get any others.
`,
};

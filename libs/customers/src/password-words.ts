import type { MailContent, SystemMail } from '#emails';
import type { LinkPurpose } from './password-links.js';

const mail = (title: string, before: string, button: string, after: string): Pick<MailContent, 'html' | 'text'> => ({
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></head>
<body style="margin:0;padding:0"><div style="max-width:560px;margin:0 auto;padding:32px 24px;font:16px/1.6 -apple-system,'Segoe UI',sans-serif">
<h1 style="font:500 24px/1.3 Georgia,serif;margin:0 0 16px">${title}</h1>
<p style="margin:0 0 16px">Hello{% if contact.first_name %} {{ contact.first_name }}{% endif %},</p>
<p style="margin:0 0 24px">${before}</p>
<p style="margin:0 0 24px"><a href="{{ links.password }}" style="display:inline-block;padding:12px 24px;border-radius:4px;background:#0f6b5c;color:#ffffff;text-decoration:none">${button}</a></p>
<p style="margin:0;font-size:14px">${after}</p>
</div></body></html>`,
  text: `Hello{% if contact.first_name %} {{ contact.first_name }}{% endif %},

${before}

${button}: {{ links.password }}

${after}
`,
});

/** Without the link a mail would help nobody. */
const NEEDS = 'links.password';

/** The mails that carry the link, in words that the workspace can change like those of any template. */
export const passwordMails: Record<LinkPurpose, SystemMail> = {
  welcome: {
    template_id: '0c0c0c0c-0001-7000-8000-000000000002',
    name: 'Welcome to your courses',
    needs: NEEDS,
    content: {
      subject: 'Welcome to {{ workspace.name }}',
      ...mail(
        'Welcome',
        'your courses are waiting for you at {{ workspace.name }}. Choose a password, and sign in with {{ contact.email }}.',
        'Choose a password',
        'The link works once, and for seven days. After that, ask for a new one on the sign-in page.',
      ),
    },
  },
  reset: {
    template_id: '0c0c0c0c-0001-7000-8000-000000000003',
    name: 'A new password for your courses',
    needs: NEEDS,
    content: {
      subject: 'Set a new password for {{ workspace.name }}',
      ...mail(
        'Set a new password',
        'somebody asked for a new password for your courses at {{ workspace.name }}. If it was you, follow this link.',
        'Set a new password',
        'The link works once, and for an hour. If it was not you, ignore this email: your password stays as it is.',
      ),
    },
  },
};

import { bottom, button, design, footer, header, hello, letter, line, text, top, type ReadyDesign } from './parts.js';

export const password: ReadyDesign = {
  id: 'password',
  name: 'Password',
  summary: 'Somebody wants to set a new password.',
  stream: 'transactional',
  subject: 'Set a new password',
  preheader: 'The link works for one hour.',
  make: () =>
    design(
      header(),
      letter(
        [
          text('<h1>Set a new password</h1>', { padding: '8px 24px' }),
          text(
            `${hello}<p>Somebody, probably you, asked for a new password for {{ contact.email }}. The link works once, for one hour.</p>`,
          ),
          button('Set a new password', '{{ activity.metadata.reset_url }}'),
        ],
        top,
      ),
      letter(
        [
          line(),
          text(
            '<p><b>It was not you?</b> Then ignore this mail. Your password stays as it is, and nobody can use the link without this mail.</p><p>We never ask for your password, neither by mail nor by telephone.</p>',
            { 'font-size': '15px', 'line-height': '24px' },
          ),
        ],
        bottom,
      ),
      footer(),
    ),
};

import type { Brand } from '../brand.js';
import {
  bottom,
  button,
  column,
  design,
  footer,
  header,
  hello,
  letter,
  row,
  signature,
  text,
  top,
  type ReadyDesign,
} from './parts.js';

const step = (brand: Brand, number: string, title: string, words: string) =>
  row(
    [
      column([text(`<h1>${number}</h1>`, { color: brand.accent, padding: '4px 0 4px 24px' })], { width: '16%' }),
      column(
        [
          text(`<h3>${title}</h3><p>${words}</p>`, {
            'font-size': '15px',
            'line-height': '24px',
            padding: '4px 24px 12px',
          }),
        ],
        {
          width: '84%',
        },
      ),
    ],
    { padding: '4px 8px' },
  );

export const welcome: ReadyDesign = {
  id: 'welcome',
  name: 'Welcome',
  summary: 'The first mail after somebody joined.',
  stream: 'broadcast',
  subject: 'Welcome, {{ contact.first_name | default: "and good to have you here" }}',
  preheader: 'Three small things that make the first week easier.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          text('<h1>Good to have you here</h1>', { padding: '8px 24px' }),
          text(
            `${hello}<p>Your account is ready. You do not have to do anything today; when you do begin, these three steps help.</p>`,
          ),
        ],
        top,
      ),
      step(
        brand,
        '1',
        'Look around for ten minutes',
        'Open the first lesson without a plan. See how long it is, and what you need beside you.',
      ),
      step(
        brand,
        '2',
        'Choose your day',
        'Whoever writes one evening a week into the calendar finishes three times as often.',
      ),
      step(
        brand,
        '3',
        'Say hello',
        'Answer this mail and tell us what you want to be able to do. We read every answer.',
      ),
      letter([button('Open my courses', '', { padding: '16px 24px' }), text(signature)], bottom),
      footer(),
    ),
};

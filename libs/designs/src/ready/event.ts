import {
  bottom,
  button,
  column,
  design,
  footer,
  header,
  hello,
  letter,
  overline,
  row,
  signature,
  text,
  type ReadyDesign,
} from './parts.js';

const small = { 'font-size': '15px', 'line-height': '24px' };
const item = (time: string, words: string) =>
  row(
    [
      column([text(`<b>${time}</b>`, { ...small, padding: '4px 0 4px 24px' })], { width: '24%' }),
      column([text(words, { ...small, padding: '4px 24px' })], { width: '76%' }),
    ],
    { padding: '0 8px' },
  );

export const event: ReadyDesign = {
  id: 'event',
  name: 'Event',
  summary: 'An evening, a workshop, a webinar: when, where, what for.',
  stream: 'broadcast',
  subject: 'Thursday, 21 May: an open evening on portraits',
  preheader: 'One hour together, with questions. Free; places are limited to forty.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          overline('THURSDAY, 21 MAY · 19:00 · ONLINE', '#ffffff', {
            'letter-spacing': '1px',
            padding: '24px 24px 4px',
          }),
          text('<h1>An open evening on portraits</h1>', { color: '#ffffff', padding: '0 24px 28px' }),
        ],
        { 'background-color': brand.ink },
      ),
      letter(
        [
          text(
            `${hello}<p>How do you photograph somebody who does not like to be photographed? Lena Brandt has done it for twenty years, and shows how she begins.</p>`,
          ),
        ],
        { padding: '28px 8px 8px' },
      ),
      item('19:00', 'Three portraits and what happened before each'),
      item('19:30', 'You try it, with whoever is in the room'),
      item('19:50', 'Your questions'),
      letter(
        [
          button('Keep a seat for me', '', { padding: '20px 24px 8px' }),
          text('Free. Forty seats. You get the link an hour before.', {
            'font-size': '14px',
            'line-height': '22px',
            color: brand.quiet,
          }),
          text(signature, { padding: '12px 24px 8px' }),
        ],
        bottom,
      ),
      footer(),
    ),
};

import { tintOf } from '../brand.js';
import {
  bottom,
  button,
  design,
  footer,
  header,
  hello,
  letter,
  line,
  overline,
  text,
  top,
  type ReadyDesign,
} from './parts.js';

export const abandonedCheckout: ReadyDesign = {
  id: 'abandoned_checkout',
  name: 'Abandoned checkout',
  summary: 'Somebody began to book and did not finish.',
  stream: 'broadcast',
  subject: 'Your place in {{ lead.course_title | default: "the course" }} is still free',
  preheader: 'Nothing is lost: continue where you stopped.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          text('<h1>You left something behind</h1>', { padding: '8px 24px' }),
          text(
            `${hello}<p>You began to enrol and stopped before the end. Perhaps the telephone rang. Everything you entered is still there.</p>`,
          ),
        ],
        top,
      ),
      letter(
        [
          overline('In your basket', brand.quiet, { padding: '20px 24px 0' }),
          text('<h2>{{ lead.course_title | default: "Your course" }}</h2>', { padding: '0 24px 4px' }),
          button('Continue where I stopped', '{{ lead.attributes.checkout_url | default: "https://example.com/" }}', {
            padding: '8px 24px 24px',
          }),
        ],
        { 'background-color': tintOf(brand) },
      ),
      letter(
        [
          text(
            '<h3>Before you decide</h3><ul><li>The first lesson is free, and the first two weeks are refunded if it is not for you.</li><li>You learn when you have time; nothing expires.</li><li>A teacher answers every question, usually the same day.</li></ul>',
            { padding: '24px 24px 8px' },
          ),
          line(),
          text(
            '<p>Is something unclear, or did the payment fail? Answer this mail; a person reads it.</p>' +
              '<p>All the best<br>{{ workspace.name }}</p>',
          ),
        ],
        bottom,
      ),
      footer('<p>We remind you once, and not again.</p>'),
    ),
};

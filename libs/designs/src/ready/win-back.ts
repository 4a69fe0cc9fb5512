import { tintOf } from '../brand.js';
import {
  bottom,
  button,
  course,
  design,
  footer,
  header,
  hello,
  letter,
  signature,
  text,
  type ReadyDesign,
} from './parts.js';

export const winBack: ReadyDesign = {
  id: 'win_back',
  name: 'Win back',
  summary: 'Somebody has not been here for a while.',
  stream: 'broadcast',
  subject: 'It has been a while, {{ contact.first_name | default: "and a few things are new" }}',
  preheader: 'What is new since you were here, and a quiet way out if you prefer it.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          text('<h1>It has been a while</h1>', { padding: '8px 24px' }),
          text(
            `${hello}<p>Your courses are where you left them, and your notes too. Since you were last here, two things have changed that people ask for most.</p><ul><li><b>Short lessons.</b> Nothing is longer than fifteen minutes now.</li><li><b>Lessons without internet.</b> Download them, and watch on the train.</li></ul>`,
          ),
          button('Go on where I stopped'),
        ],
        { padding: '32px 8px 24px' },
      ),
      course({
        note: 'New since you were here',
        title: 'Photography from the beginning',
        blurb: 'Six weeks to understand light. The first lesson is free.',
        label: 'Watch the first lesson',
        'background-color': tintOf(brand),
        padding: '20px 8px 12px',
      }),
      letter(
        [
          text(
            '<p>If your interests lie elsewhere now, that is all right. One click below, and we stop writing; your courses stay yours.</p>',
            { padding: '24px 24px 8px' },
          ),
          text(signature),
        ],
        bottom,
      ),
      footer(),
    ),
};

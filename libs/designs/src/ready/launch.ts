import { onAccent, tintOf } from '../brand.js';
import type { Brand } from '../brand.js';
import {
  bottom,
  button,
  column,
  course,
  design,
  footer,
  header,
  hello,
  letter,
  overline,
  row,
  signature,
  text,
} from './parts.js';
import type { ReadyDesign } from './parts.js';

const fact = (brand: Brand, figure: string, words: string) =>
  column([
    text(`<h2>${figure}</h2>`, { padding: '8px 24px 0' }),
    text(words, { 'font-size': '14px', 'line-height': '22px', color: brand.quiet, padding: '0 24px 8px' }),
  ]);

export const launch: ReadyDesign = {
  id: 'launch',
  name: 'Launch',
  summary: 'Something new can be booked from today.',
  stream: 'broadcast',
  subject: 'New today: Photography from the beginning',
  preheader: 'Six weeks, a small group, and your own camera. Enrolment is open until Sunday.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          overline('NEW · ENROLMENT OPENS TODAY', onAccent(brand), {
            'letter-spacing': '1px',
            padding: '24px 24px 4px',
          }),
          text('<h1>Photography from the beginning</h1>', { color: onAccent(brand), padding: '0 24px 8px' }),
          text('Six weeks to understand light, and to stop using the automatic mode.', {
            color: onAccent(brand),
            'font-size': '18px',
            'line-height': '28px',
            padding: '0 24px 28px',
          }),
        ],
        { 'background-color': brand.accent },
      ),
      letter(
        [
          text(
            `${hello}<p>Many of you asked for a course that begins where most books stop: with the camera you already have, and an hour a week.</p><p>It is ready. We start on 4 May, in groups of twelve, so that every picture gets an answer.</p>`,
          ),
        ],
        { padding: '28px 8px 4px' },
      ),
      row(
        [
          fact(brand, '6 weeks', 'one lesson and one walk with the camera each'),
          fact(brand, '12 people', 'in a group, with the same teacher throughout'),
          fact(brand, '4 May', 'is the first evening; all lessons stay open'),
        ],
        {
          padding: '0 8px 8px',
        },
      ),
      course({
        note: 'From 4 May, €180',
        title: 'Photography from the beginning',
        blurb: 'For everybody who owns a camera or a phone and wants to know what it can do.',
        label: 'See the course',
        'background-color': tintOf(brand),
        padding: '20px 8px 12px',
      }),
      letter(
        [
          text(
            '<p>Enrolment is open until Sunday evening, or until the groups are full. If it turns out not to be for you, the first two weeks are refunded without questions.</p>',
            { padding: '20px 24px 8px' },
          ),
          button('Keep a place for me'),
          text(signature),
        ],
        bottom,
      ),
      footer('<p>You get this because you asked to hear about new courses.</p>'),
    ),
};

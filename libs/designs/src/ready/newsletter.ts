import { tintOf } from '../brand.js';
import type { Brand } from '../brand.js';
import {
  bottom,
  column,
  course,
  design,
  footer,
  header,
  hello,
  letter,
  line,
  overline,
  row,
  text,
  top,
  type ReadyDesign,
} from './parts.js';

const story = (brand: Brand, over: string, title: string, words: string) =>
  column([
    overline(over, brand.quiet),
    text(`<h2>${title}</h2><p>${words}</p><p><a href="https://example.com/">Read on</a></p>`, {
      'font-size': '15px',
      'line-height': '24px',
      padding: '0 24px 12px',
    }),
  ]);

export const newsletter: ReadyDesign = {
  id: 'newsletter',
  name: 'Newsletter',
  summary: 'A letter every month: one thought, two stories, one date.',
  stream: 'broadcast',
  subject: 'Letter of May: practise less, more often',
  preheader: 'Why twenty minutes beat two hours, a student’s first exhibition, and a free evening.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          overline('Letter of May', brand.quiet),
          text('<h1>Practise less, more often</h1>', { padding: '0 24px 8px' }),
          text(
            `${hello}<p>People who finish a course have one thing in common, and it is not talent. They come back on the day after.</p><p>Twenty minutes on Tuesday and twenty on Wednesday teach more than two hours on Sunday, because the night in between does half of the work.</p>`,
          ),
          line(),
        ],
        top,
      ),
      row([
        story(
          brand,
          'From the studio',
          'Her first exhibition',
          'Mara began in January with a borrowed camera. In June eleven of her pictures hang in the library.',
        ),
        story(
          brand,
          'A method',
          'Three pictures a day',
          'One of something near, one of something far, one of nothing in particular. Then delete two.',
        ),
      ]),
      letter(
        [
          text('<h2>“I no longer wait for good light. I go and look what it does.”</h2><p>Jonas, after week four</p>', {
            padding: '20px 24px',
          }),
        ],
        { 'background-color': tintOf(brand) },
      ),
      course({
        note: 'Thursday 21 May, 19:00, free',
        title: 'An open evening on portraits',
        blurb: 'An hour together online, with questions. No experience needed.',
        label: 'Come along',
        padding: '24px 8px 8px',
      }),
      letter([line(), text('<p>Until June<br>{{ workspace.name }}</p>')], bottom),
      footer('<p>You get this letter once a month because you asked for it.</p>'),
    ),
};

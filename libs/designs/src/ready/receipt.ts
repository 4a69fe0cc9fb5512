import { tintOf } from '../brand.js';
import type { Brand } from '../brand.js';
import {
  bottom,
  column,
  design,
  footer,
  header,
  hello,
  letter,
  line,
  overline,
  row,
  signature,
  text,
  top,
  type ReadyDesign,
} from './parts.js';

const small = { 'font-size': '15px', 'line-height': '24px' };
const entry = (brand: Brand, label: string, value: string) =>
  row(
    [
      column([text(label, { ...small, color: brand.quiet, padding: '2px 24px' })], { width: '40%' }),
      column([text(value, { ...small, padding: '2px 24px' })], { width: '60%' }),
    ],
    { padding: '2px 8px', 'background-color': tintOf(brand) },
  );

export const receipt: ReadyDesign = {
  id: 'receipt',
  name: 'Receipt',
  summary: 'A payment arrived.',
  stream: 'transactional',
  subject: 'Your receipt from {{ workspace.name }}',
  preheader: 'We have received your payment. Keep this mail for your records.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          text('<h1>Thank you, we have received your payment</h1>', { padding: '8px 24px' }),
          text(`${hello}<p>This is your receipt. You need not do anything.</p>`),
        ],
        top,
      ),
      letter([overline('RECEIPT', brand.quiet, { 'letter-spacing': '1px', padding: '16px 24px 0' })], {
        'background-color': tintOf(brand),
        padding: '0 8px',
      }),
      entry(brand, 'Order', '{{ activity.metadata.external_id | default: activity.metadata.transaction_id }}'),
      entry(brand, 'Date', '{{ activity.occurred_at | date: "%-d %B %Y" }}'),
      entry(brand, 'Amount', '<b>{{ activity.metadata.amount_minor | money: activity.metadata.currency }}</b>'),
      letter([{ tagName: 'mj-spacer', attributes: { height: '16px' } }], {
        'background-color': tintOf(brand),
        padding: '0 8px',
      }),
      letter(
        [
          text(
            '<h3>What comes next</h3><p>Your course is open. You find it under “My courses” whenever you sign in with {{ contact.email }}.</p>',
            { padding: '24px 24px 8px' },
          ),
          line(),
          text(
            '<p>Is something wrong with this payment? Answer this mail within 14 days and we put it right.</p>',
            small,
          ),
          text(signature),
        ],
        bottom,
      ),
      footer(),
    ),
};

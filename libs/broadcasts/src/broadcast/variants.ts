import { invalidRequest, type AppError } from '#platform';
import type { BroadcastRow } from './broadcast.queries.js';

/** A broadcast as each variant of its test has it; only itself where nothing is tested. */
export const variantsOf = (row: BroadcastRow): BroadcastRow[] =>
  row.test
    ? row.test.variants.map(({ subject, preheader, template_id, html, text }) => ({
        ...row,
        subject: subject || row.subject,
        preheader: preheader || row.preheader,
        ...(html === undefined
          ? { template_id: template_id ?? row.template_id }
          : { template_id: null, html, text: text ?? null, generated_text: null }),
      }))
    : [row];

export function unknownVariant(): AppError {
  const message = 'There is no such variant. The first one is 0.';
  return invalidRequest(message, [{ pointer: '/variant', message }]);
}

import { z } from 'zod';
import { idParams, instant, route, uuid } from '../http/route.js';

const tag = 'Automations';

/** Who approved what real people would have got, and how many people's ways they looked at. */
export const approval = z.object({ by: z.string(), at: instant, people: z.number().int() });

const draftApproval = approval.extend({
  /** False once steps, paths, settings or a template that is named have changed: it has to be approved again. */
  holds: z.boolean(),
});

export const getApproval = route({
  method: 'GET',
  path: '/automations/:id/approval',
  access: 'read',
  tag,
  summary: 'Who approved the storyboard of the draft, and whether that still holds.',
  params: idParams,
  response: z.object({ approval: draftApproval.nullable() }),
  problems: ['not_found'],
});

export const approveAutomation = route({
  method: 'POST',
  path: '/automations/:id/approval',
  access: 'change',
  tag,
  summary:
    'Approves the draft as the storyboard of a completed backtest shows it. The next version keeps who and when. 409 when the draft has changed since.',
  params: idParams,
  body: z.strictObject({ backtest_id: uuid }),
  response: z.object({ approval: draftApproval }),
  problems: ['not_found', 'draft_changed'],
});

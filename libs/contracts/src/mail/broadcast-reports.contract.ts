import { z } from 'zod';
import { broadcast, listedBroadcast } from './broadcasts.contract.js';
import { messageState } from './emails.contract.js';
import { idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Broadcasts';
const count = z.number().int();

const outcomes = {
  delivered: count,
  opened: count,
  clicked: count,
  bounced: count,
  complained: count,
  unsubscribed: count,
};
const hourFigures = { sent: count, delivered: count, opened: count, clicked: count };

const interval = { low: count, high: count };
/** People who did it, how often they did, and between how many people are likely. */
const brought = z.object({ people: count, times: count, ...interval });
/** Against those who were held out: who did it of either, and how many more that is than without the mail. */
const against = z.object({ mailed: count, held_out: count, more: count, ...interval });

const results = z.object({
  measured_at: instant,
  /** It will not be measured again. */
  final: z.boolean(),
  /** Days after a click that count, and after the start against those who were held out. */
  days: count,
  /** Days after the start in which anything counts. */
  measured_days: count,
  enrolled: brought,
  paid: brought,
  money: z.array(z.object({ currency: z.string(), amount_minor: count, ...interval })),
  held_out: z
    .object({
      people: count,
      mails: count,
      enrolled: against,
      paid: against,
      money: z.array(z.object({ currency: z.string(), more_minor: count, ...interval })),
    })
    .nullable(),
});

export const broadcastReport = route({
  method: 'GET',
  path: '/email/broadcasts/:id/report',
  access: 'read',
  tag,
  summary: 'What became of it: counts, by link, by domain of the address, by device, by list, by hour',
  description:
    'Opens and clicks of programs (scanners, previews) count nowhere but under `machine` and `machine_clicks`. Domains are the ten with the most mails; `""` is all others. Devices are `mobile`, `desktop`, `webmail` (opened there, by whatever) and `unknown`, as Postmark says or the user agent does. Hours are whole ones in UTC, those without anything left out; `later` is what came more than 72 hours after the start. `results` is measured every now and then: who enrolled or paid within `days` of their last click, if that was on this broadcast, and `low` and `high` of the interval at 95 %; against those who were held out (`held_out`), everybody within `days` of the start, clicked or not. Money is in minor units, less refunds.',
  params: idParams,
  response: listedBroadcast
    .pick({
      id: true,
      name: true,
      status: true,
      started_at: true,
      frozen_at: true,
      finished_at: true,
      counts: true,
    })
    .extend({
      machine: z.object({ opened: count, clicked: count }),
      links: z.array(
        z.object({
          id: z.string(),
          /** As it stood in the mail; null for all links beyond the first 200. */
          url: z.string().nullable(),
          /** Who followed it, each counted once. */
          people: count,
          clicks: count,
          machine_clicks: count,
        }),
      ),
      domains: z.array(z.object({ domain: z.string(), mails: count, ...outcomes })),
      /** On what it was opened first, and on what people followed a link. */
      devices: z.array(z.object({ device: z.string(), opened: count, clicked: count })),
      /** By the lists that it was for, the rules of its own as the last; who is in two counts in both. */
      lists: z.array(
        z.object({
          /** Null: its own rules. */
          smart_list_id: z.string().nullable(),
          name: z.string().nullable(),
          mails: count,
          delivered: count,
          clicked: count,
          /** People who enrolled after a click on it; null until that was measured. */
          enrolled: count.nullable(),
        }),
      ),
      hours: z.array(z.object({ hour: instant, ...hourFigures })),
      later: z.object(hourFigures).nullable(),
      /** What it brought; null until that was measured. */
      results: results.nullable(),
      /** A mail of it, as an example of what was sent. */
      sample_message_id: z.string().nullable(),
    }),
  problems: ['not_found'],
});

export const recipient = z.object({
  /** Null for who was left out and got no mail. */
  message_id: z.string().nullable(),
  contact_id: z.string().nullable(),
  contact_email: z.string().nullable(),
  state: messageState,
  reason: z.string().nullable(),
  /** Which variant of its test they got; null without a test, and before the rest gets its own. */
  variant: z.string().nullable(),
  sent_at: instant.nullable(),
  delivered_at: instant.nullable(),
  opened_at: instant.nullable(),
  clicked_at: instant.nullable(),
  bounced_at: instant.nullable(),
  complained_at: instant.nullable(),
  unsubscribed_at: instant.nullable(),
});

const recipientFilter = {
  state: messageState.optional(),
  /** Why they were skipped. */
  reason: z.string().trim().max(100).optional(),
  /** What their mail led to; `not_clicked`: delivered and not clicked. */
  outcome: z
    .enum(['delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed', 'not_clicked'])
    .optional(),
  /** Beside an outcome other than `delivered` and `not_clicked`: a domain of the report. */
  domain: z.string().max(254).optional(),
  /** Who followed this link of the report. */
  link: z.guid().optional(),
  /** Alone or beside an outcome: of one of the lists of the report, or of its own `rules`. */
  list: z.union([uuid, z.literal('rules')], 'A list is an id, or rules.').optional(),
  /** Beside `opened` (the first opening) and `clicked`: on what. */
  device: z
    .enum(['mobile', 'desktop', 'webmail', 'unknown'], 'A device is mobile, desktop, webmail or unknown.')
    .optional(),
};
type Filter = z.output<z.ZodObject<typeof recipientFilter>>;

/** A question that a list can answer. */
function answerable({ state, reason, outcome, domain, link, list, device }: Filter, context: z.RefinementCtx): void {
  const asked = [state !== undefined || reason !== undefined, outcome !== undefined, link !== undefined];
  const refuse = (path: keyof Filter, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (asked.filter(Boolean).length > 1) refuse('outcome', 'Ask by state and reason, by outcome, or by link.');
  if (domain !== undefined && (outcome === undefined || outcome === 'delivered' || outcome === 'not_clicked'))
    refuse('domain', 'A domain goes with opened, clicked, bounced, complained or unsubscribed.');
  if (list !== undefined && (state !== undefined || reason !== undefined || link !== undefined))
    refuse('list', 'A list goes alone, or with an outcome.');
  if (device !== undefined && outcome !== 'opened' && outcome !== 'clicked')
    refuse('device', 'A device goes with opened or clicked.');
  if (device !== undefined && (domain !== undefined || list !== undefined))
    refuse('device', 'A device goes without a domain and a list.');
}

export const broadcastRecipients = route({
  method: 'GET',
  path: '/email/broadcasts/:id/recipients',
  access: 'read',
  tag,
  summary: 'Its people and what became of each; those who were left out come last, as `skipped`',
  description:
    'Filtered by `state` and `reason`, or by `outcome` (with `domain`, `list` or `device`), or by `list`, or by `link`. Lists by outcome are ordered by domain.',
  params: idParams,
  query: pageQuery.extend(recipientFilter).superRefine(answerable),
  response: page(recipient),
  problems: ['not_found'],
});

const batch = z.object({
  id: z.string(),
  /** The first is 1. */
  number: count,
  /** `in_call`: Postmark has not answered yet; `looked_up`: nobody knows yet, Postmark is searched for it. */
  state: z.enum(['in_call', 'looked_up', 'settled']),
  /** Its mails of this broadcast: the sum of the next five. */
  mails: count,
  accepted: count,
  refused: count,
  /** They wait for another batch, or are in one. */
  put_back: count,
  /** In a call, or looked up. */
  open: count,
  /** Postmark did not answer, and does not show them. */
  unknown: count,
  claimed_at: instant,
  settled_at: instant.nullable(),
  /** `outbox`: it never left this machine. */
  provider: z.enum(['postmark', 'outbox']),
  /** What Postmark said where it did not take the call as it should. */
  trouble: z.object({ status: count, code: count, message: z.string() }).nullable(),
  /** Why mails were refused, most of them first; the reason of one of them where Postmark gives a code. */
  refusals: z.array(z.object({ code: count.nullable(), reason: z.string(), mails: count })),
  /** How often Postmark was searched for it, and when it is next. */
  searches: count,
  next_search_at: instant.nullable(),
});

export const broadcastBatches = route({
  method: 'GET',
  path: '/email/broadcasts/:id/batches',
  access: 'read',
  tag,
  summary: 'The calls to Postmark that its mails were in, the latest first, and what became of each',
  description:
    'A batch has at most 500 mails. What became of them is as it is now: a mail that Postmark reports late counts as accepted. Of broadcasts sent before 30 November 2026 none are kept.',
  params: idParams,
  query: pageQuery,
  response: page(batch).extend({
    begun: count,
    /** How many there will be, as far as can be said; null before it is frozen and where mails leave one after the other. */
    expected: count.nullable(),
  }),
  problems: ['not_found'],
});

export const exportRecipients = route({
  method: 'GET',
  path: '/email/broadcasts/:id/recipients.csv',
  access: 'bulk',
  tag,
  summary: 'All of them as a CSV file: address, state, reason, variant and times',
  description: 'Filtered as the list is. What a spreadsheet would take for a formula has an apostrophe before it.',
  params: idParams,
  query: z.object(recipientFilter).superRefine(answerable),
  raw: true,
  problems: ['not_found'],
});

export const earlierBroadcasts = route({
  method: 'GET',
  path: '/email/broadcasts/:id/earlier',
  access: 'read',
  tag,
  summary: 'The last ten broadcasts that were begun before it, the latest first, to compare it with',
  params: idParams,
  response: z.object({
    items: z.array(
      listedBroadcast.pick({ id: true, name: true, status: true, counts: true }).extend({ started_at: instant }),
    ),
  }),
  problems: ['not_found'],
});

export const followUpBroadcast = route({
  method: 'POST',
  path: '/email/broadcasts/:id/follow-up',
  access: 'change',
  tag,
  summary: 'A new draft of the same mail to those who got it and did not click',
  description: 'Whoever clicks before the draft is sent is no longer in its audience.',
  params: idParams,
  status: 201,
  response: broadcast,
  problems: ['not_found', 'wrong_broadcast_status', 'broadcast_to_staff'],
});

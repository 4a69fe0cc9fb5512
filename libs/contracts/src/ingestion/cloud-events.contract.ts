import { z } from 'zod';
import { activityTypeOf } from './activity-type-names.js';
import { instant } from '../http/route.js';

const attribute = z.string().trim().min(1);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/**
 * A CloudEvents 1.0 event, read as what is to be checked as an activity. Its identity, (`source`, `id`), is what makes a repeat a duplicate. Whose
 * it is says `data.contact_email`, else a `subject` that is an address, else `data.anonymous_id`; the rest of `data`
 * becomes the metadata (data that is no object stands under `value`). Extension attributes are not kept.
 */
export const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0', 'Cortex reads CloudEvents of specversion 1.0.'),
    id: attribute.max(200),
    source: attribute.max(100),
    type: attribute.max(200),
    time: instant.optional(),
    subject: z.string().max(1000, 'A subject has at most 1,000 characters.').optional(),
    datacontenttype: z
      .string()
      .max(200, 'A content type has at most 200 characters.')
      .regex(/^application\/([\w.-]+\+)?json(;|$)/i, 'Only JSON data can be read.')
      .optional(),
    dataschema: z.string().max(2000, 'An address has at most 2,000 characters.').optional(),
    data: z.unknown().optional(),
    data_base64: z.undefined('Send the data as JSON in “data”; base64 cannot be read.').optional(),
  })
  .transform(({ id, source, type, time, subject, data }) => {
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    const { contact_email, anonymous_id, ...metadata } = (
      isObject ? data : data === undefined || data === null ? {} : { value: data }
    ) as Record<string, unknown>;
    const email = text(contact_email) ?? (subject?.includes('@') ? subject : undefined);
    const visitor = email === undefined ? text(anonymous_id) : undefined;
    return {
      external_id: id,
      source,
      type: activityTypeOf(type),
      metadata,
      ...(time ? { occurred_at: time } : {}),
      ...(email ? { contact_email: email } : {}),
      ...(visitor ? { anonymous_id: visitor } : {}),
    };
  });

/** The structured and the batched form, by content type. The binary form is an ordinary JSON body with `ce-` headers. */
export const cloudEventForms = {
  'application/cloudevents+json': cloudEvent,
  'application/cloudevents-batch+json': z.array(cloudEvent).min(1),
} as const;

import { cloudEvent, newActivity, type NewActivityInput } from '#contracts';
import { invalidRequest } from '#platform';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { CortexRequest } from '../permission/permission.js';

/** What a request gives to be read, and how. */
export interface ActivitiesGiven {
  body: unknown;
  schema: z.ZodType<NewActivityInput>;
  /** A member that may hold the array. */
  wrapper?: string;
}

const event: z.ZodType<NewActivityInput> = cloudEvent.pipe(
  newActivity as z.ZodType<NewActivityInput, z.output<typeof cloudEvent>>,
);
const structured = /^application\/cloudevents(-batch)?\+json(;|$)/i;

/**
 * How the activities of a request are written: CloudEvents 1.0 in their structured, batched and binary forms are
 * told by content type and headers, everything else is Cortex's own form.
 * @throws AppError 400 when the body does not fit its content type
 */
export function activitiesIn(request: CortexRequest): ActivitiesGiven {
  const form = structured.exec(request.headers['content-type'] ?? '');
  if (form) {
    const isBatch = form[1] !== undefined;
    if (Array.isArray(request.body) !== isBatch) {
      throw invalidRequest(
        isBatch
          ? 'A batch of CloudEvents is an array. Send one event as application/cloudevents+json.'
          : 'One CloudEvent is an object. Send several as application/cloudevents-batch+json.',
      );
    }
    return { body: request.body, schema: event };
  }
  if (request.headers['ce-specversion'] !== undefined) {
    return { body: { ...attributesOf(request), data: request.body }, schema: event };
  }
  return { body: request.body, schema: newActivity, wrapper: 'activities' };
}

/** The attributes of a binary event: its `ce-` headers, percent-encoded as the HTTP binding has it. */
function attributesOf({ headers }: FastifyRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('ce-') && typeof value === 'string' ? [[name.slice(3), decoded(value)]] : [],
    ),
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

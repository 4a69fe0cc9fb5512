import { parseLiquid } from '#emails';
import { mailData } from '../mail-data.js';
import { addCalls, type NewCall } from '../webhooks/calls.queries.js';
import type { EffectHandler } from './effect-handler.js';

/**
 * Writes the call down; it leaves once this transaction has committed. What it says is fixed here, so that each try says
 * the same. A step that is tried again keeps the call that it has.
 */
export const webhookPost: EffectHandler<'webhook.post'> = async (tx, calls, moment) => {
  const data = await mailData(
    tx,
    calls.map(({ journey }) => journey.run),
  );
  const ids = await addCalls(
    tx,
    calls.map(({ journey: { run, version }, record, effect }, at): NewCall => {
      const roots = { ...data[at]! };
      const given = effect.body ?? {
        type: 'automation.webhook',
        timestamp: moment.now.toISOString(),
        data: {
          automation: { id: run.automation_id, name: version.name },
          run_id: run.id,
          node_id: record.node_id,
          ...roots,
        },
      };
      const body = effect.body === undefined ? given : filled(given, roots);
      return {
        automation_id: run.automation_id,
        run_id: run.id,
        node_id: record.node_id,
        visit: record.visit,
        person_id: run.person_id,
        url: effect.url,
        headers: effect.headers ?? {},
        ...written(body),
      };
    }),
  );
  return ids.map((call_id) => ({ call_id }));
};

/** A value with the Liquid of its texts filled in. Its depth is bounded by the step's schema. */
const filled = (value: unknown, roots: Record<string, unknown>): unknown => {
  if (typeof value === 'string') return /\{[{%]/.test(value) ? parseLiquid(value, 'text').render(roots) : value;
  if (Array.isArray(value)) return value.map((each) => filled(each, roots));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, roots)]));
};

/** A text is sent as it is, and called JSON where it is JSON. */
const written = (body: unknown): { content_type: string; body: string } => {
  if (typeof body !== 'string') return { content_type: 'application/json', body: JSON.stringify(body) };
  try {
    JSON.parse(body);
    return { content_type: 'application/json', body };
  } catch {
    return { content_type: 'text/plain; charset=utf-8', body };
  }
};

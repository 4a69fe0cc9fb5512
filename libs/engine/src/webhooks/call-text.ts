import { parseLiquid, type MailData } from '#emails';

/** What a call without a text of its own says besides the person. */
export interface Occasion {
  at: Date;
  automation: { id: string; name: string };
  run_id: string;
  node_id: string;
  /** It was asked for by hand, from the editor. */
  test?: true;
}

/**
 * What a call says: the step's own body with the Liquid of its texts filled in, or the occasion and the person.
 * @throws TemplateError when a text is no Liquid
 */
export function callText(
  own: unknown,
  data: MailData,
  { at, ...occasion }: Occasion,
): { content_type: string; body: string } {
  const roots = { ...data };
  if (own !== undefined) return written(filled(asJson(own), roots));
  const { test, ...rest } = occasion;
  return written({
    type: 'automation.webhook',
    timestamp: at.toISOString(),
    ...(test ? { test } : {}),
    data: { ...rest, ...roots },
  });
}

/**
 * A text that is an object or a list of JSON, with the Liquid in its texts, is taken as that: filled in as one text, a
 * quotation mark in somebody's name would change what it says.
 */
const asJson = (own: unknown): unknown => {
  if (typeof own !== 'string' || !/^\s*[[{]/.test(own)) return own;
  try {
    return JSON.parse(own);
  } catch {
    return own;
  }
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

import type { CapturedEvent, ClientCall, ClientMessage } from '#contracts';

/** PostHog's own events that are something here; the others that begin with `$` are about its screens. */
const OWN = new Map<string, ClientCall>([
  ['$pageview', 'page'],
  ['$screen', 'screen'],
  ['$identify', 'identify'],
  ['$set', 'identify'],
  ['$groupidentify', 'group'],
  ['$create_alias', 'alias'],
]);

/**
 * A captured event as the call that says the same; undefined where nothing here does. A browser's id stands in
 * `$device_id`, and is the `distinct_id` until somebody is identified.
 */
export function callOf({
  event,
  distinct_id,
  properties,
  $set,
  timestamp,
  uuid,
}: CapturedEvent): ClientMessage | undefined {
  const type = event.startsWith('$') ? OWN.get(event) : 'track';
  if (!type) return undefined;
  const own = properties ?? {};
  const id = distinct_id ?? idIn(own.distinct_id);
  const device = idIn(own.$device_id) ?? idIn(own.$anon_distinct_id);
  const traits = { ...objectIn(own.$set_once), ...objectIn(own.$set), ...$set };
  return {
    type,
    messageId: uuid,
    // Before somebody is identified both are the same, and what is the browser's alone is nobody's id.
    userId: id === device ? undefined : id,
    anonymousId: device,
    event: type === 'track' ? event : undefined,
    properties: shown(own),
    traits,
    timestamp,
  };
}

/** Without what the client says of itself. */
const shown = (properties: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) => {
      if (name === '$current_url') return [['url', value]];
      if (name === '$pathname') return [['path', value]];
      return name.startsWith('$') || name === 'token' || name === 'distinct_id' ? [] : [[name, value]];
    }),
  );

const idIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const objectIn = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

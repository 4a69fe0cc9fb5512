import type { Source } from './sources.queries';

const systems = new Map([
  ['stripe', 'Stripe'],
  ['shopify', 'Shopify'],
  ['postmark', 'Postmark'],
]);

/** What a source is called; other systems by their own name. */
export const sourceName = ({ kind, name }: Pick<Source, 'kind' | 'name'>): string =>
  (kind === 'webhook' ? systems.get(name) : undefined) ?? name;

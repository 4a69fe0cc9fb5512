import leven from 'leven';

/** How many letters a name may differ by to be taken for a slip. */
const SLIP = 2;

/** Names that look like ours and are not: `instead` is what was probably meant. */
export interface UnknownName {
  name: string;
  instead?: string;
  /** So near that it is a slip: going on would do the opposite of what somebody wanted. */
  slip: boolean;
}

/**
 * What the environment has under `CORTEX_`, `POSTMARK_`, `STRIPE_`, `SHOPIFY_`, `ORDERS_`, `SUPABASE_` or `UNLAYER_` that Cortex does not read. Kubernetes puts names
 * there by itself for a service called “cortex” (`CORTEX_SERVICE_HOST`), so only a slip prevents the start.
 */
export function unknownNames(given: Iterable<string>, known: readonly string[]): UnknownName[] {
  const names = new Set(known);
  return [...given]
    .filter((name) => /^(CORTEX|POSTMARK|STRIPE|SHOPIFY|ORDERS|SUPABASE|UNLAYER)_/i.test(name) && !names.has(name))
    .map((name) => {
      const near = known
        .map((candidate) => ({ candidate, away: leven(name.toUpperCase(), candidate) }))
        .sort((a, b) => a.away - b.away)[0]!;
      if (near.away <= SLIP) return { name, instead: near.candidate, slip: true };
      const bare = name.replace(/^CORTEX_/i, '');
      return { name, slip: false, ...(names.has(bare) ? { instead: bare } : {}) };
    });
}

export const unknownNameText = ({ name, instead }: UnknownName): string =>
  `${name} is not a variable that Cortex reads${instead ? `: did you mean ${instead}?` : ', so it changes nothing.'}`;

/** How often a person got marketing mail within a cap's span, counting what is on its way. */
const mailsWithin = (cap: string, person: string) => `(
  select count(*) from cortex.messages x
  where x.person_id = ${person} and x.stream = 'broadcast'
    and x.state in ('submitting', 'sent', 'uncertain', 'unknown')
    and x.submitted_at > cortex.now() - (${cap} #>> '{per,n}' || ' ' || (${cap} #>> '{per,unit}'))::interval)`;

/**
 * Whether one more marketing mail would be too many; no without a cap.
 * @param cap SQL of a cap `{ count, per }`, or of null
 * @param person SQL of the person's key
 * @param nth SQL: its number among those that are looked at together, from 1
 */
export const isCapped = (cap: string, person: string, nth = '1'): string =>
  `case when jsonb_typeof(${cap}) = 'object' then ${mailsWithin(cap, person)} + ${nth} > (${cap} ->> 'count')::int else false end`;

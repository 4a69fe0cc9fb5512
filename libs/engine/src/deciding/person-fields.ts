import { isTimezone } from '#graph';
import type { PersonFacts } from '#rules';
import type { Moment } from '../versions/compiled-versions.js';
import type { Journey } from '../runs/journey.js';
import type { FactSource } from './fact-source.js';

/** What a step may know of the person beyond rules: see `reads` of a step's definition. */
export interface PersonFields {
  contact_timezone: string | undefined;
  fields: Readonly<Record<string, unknown>>;
}

const nothing: PersonFields = { contact_timezone: undefined, fields: {} };

/** For each run the fields that the step it stands at reads, asked once for all whose step reads any. */
export async function readPersonFields(
  source: Pick<FactSource, 'facts'>,
  journeys: readonly Journey[],
  moment: Moment,
): Promise<PersonFields[]> {
  const asked = journeys.map(({ step }) => step?.def.reads?.(step.config) ?? []);
  const people = new Set(journeys.flatMap(({ run }, at) => (asked[at]!.length > 0 ? [run.person_id] : [])));
  if (people.size === 0) return journeys.map(() => nothing);
  const facts = await source.facts([...people], [], moment);
  return journeys.map(({ run }, at) => {
    const person = facts.get(run.person_id);
    if (!person || asked[at]!.length === 0) return nothing;
    const zone = person.timezone?.trim();
    return {
      contact_timezone: zone && isTimezone(zone) ? zone : undefined,
      fields: Object.fromEntries(asked[at]!.map((name) => [name, valueOf(person, name)])),
    };
  });
}

function valueOf(person: PersonFacts, name: string): unknown {
  if (name.startsWith('attributes.')) {
    const key = name.slice('attributes.'.length);
    return Object.hasOwn(person.attributes, key) ? person.attributes[key] : undefined;
  }
  if (name === 'created_at' || name === 'last_activity') {
    const at = person[name];
    return at === null ? undefined : new Date(at);
  }
  return name === 'timezone' ? (person.timezone ?? undefined) : undefined;
}

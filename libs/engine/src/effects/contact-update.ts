import { writeAs } from '#directory';
import { isPersonal, personalIds } from '#rules';
import type { EffectHandler } from './effect-handler.js';

interface Change {
  person_id: string;
  attributes: Record<string, unknown>;
  add_tags: string[];
  remove_tags: string[];
}

/**
 * Changes the profile, or of a lead the newest checkout: what the directory shows of that person. The
 * directory's triggers bring its row up to date and record the change, which names the automation as its cause.
 */
export const contactUpdate: EffectHandler<'contact.update'> = async (tx, calls) => {
  for (const { journey, effect } of calls) {
    const change: Change = {
      person_id: journey.run.person_id,
      attributes: {},
      add_tags: effect.add_tags ?? [],
      remove_tags: effect.remove_tags ?? [],
    };
    const set: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(effect.set ?? {})) {
      if (name.startsWith('attributes.')) change.attributes[name.slice('attributes.'.length)] = value;
      else if (isPersonal(name)) set[name] = value;
    }
    const { automation_id, id: run_id } = journey.run;
    await writeAs(tx, { by: 'automation', automation_id, run_id });
    await tx.run(UPDATE, [
      change.person_id,
      JSON.stringify(set),
      JSON.stringify(change.attributes),
      change.add_tags,
      change.remove_tags,
    ]);
  }
  // What others write later in this transaction is not this automation's doing.
  await writeAs(tx, {});
  return calls.map(({ effect }) => ({
    changed: { ...effect.set, add_tags: effect.add_tags, remove_tags: effect.remove_tags },
  }));
};

const ASSIGN = `
  ${personalIds.map((id) => `${id} = case when $2::jsonb ? '${id}' then $2::jsonb->>'${id}' else t.${id} end`).join(', ')},
  attributes = cortex.plain_attributes(t.attributes) || $3::jsonb,
  tags = array(
    select tag from (
      select tag, ord from unnest(cortex.plain_tags(t.tags)) with ordinality o(tag, ord)
      where cortex.fold(tag) <> all (cortex.fold_all($5::text[]))
      union all
      select tag, 1000000 + ord from unnest($4::text[]) with ordinality n(tag, ord)
      where cortex.fold(tag) <> all (cortex.fold_all(cortex.plain_tags(t.tags)))
    ) kept order by ord),
  updated_at = cortex.now()`;

const UPDATE = `
  with person as (
    select p.id, p.type from cortex.people p where p.person_id = $1
  ), profile as (
    update public.unified_profiles t set ${ASSIGN}
    from person where person.type = 'customer' and t.id = person.id
  )
  update public.purchase_leads t set ${ASSIGN}
  from person where person.type = 'lead' and t.id = person.id`;

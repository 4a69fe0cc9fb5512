import { Injectable } from '@nestjs/common';
import type { ContactActionInput } from '#contracts';
import { personIdsOf, type ContactRow } from '#directory';
import type { Tx } from '#platform';
import type { ActionContext, ActionDefinition, Effect, Outcome } from '../definition.js';

interface Erased {
  address: string;
  erased_at: Date;
}

interface Plan {
  /** The addresses of the person, and of the accounts that are linked to theirs, whose owner was erased. */
  addresses: string[];
  /** “3 May 2026”: when the first of them was. */
  erased_on: string;
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** Takes the hash of an erased address away, once somebody has come back with it and wants mail again. */
@Injectable()
export class AllowAddress implements ActionDefinition<'allow_address', Plan> {
  readonly name = 'allow_address';
  readonly audit = 'contact.address_allowed';
  readonly effects: readonly Effect<Plan>[] = [{ name: 'allow', label: 'Let mail go to it again', run: allow }];

  async unavailable(tx: Tx, person: ContactRow): Promise<string | undefined> {
    return (await erasedOf(tx, person)).length > 0 ? undefined : 'Nobody with this address was erased.';
  }

  async plan(tx: Tx, person: ContactRow, _input: ContactActionInput<'allow_address'>): Promise<Plan> {
    const erased = await erasedOf(tx, person);
    return { addresses: erased.map(({ address }) => address), erased_on: day.format(erased[0]?.erased_at) };
  }

  preview({ addresses, erased_on }: Plan) {
    const [these, they] = addresses.length > 1 ? ['These addresses were', 'them'] : ['This address was', 'it'];
    return {
      sentences: [
        `${these} erased on ${erased_on}, and no e-mail goes to ${they} since.`,
        'From now on its owner is treated like anybody else: marketing e-mail goes to them if they agreed to it. What was erased does not come back.',
      ],
      warnings: ['Whoever was erased had asked to be forgotten. Allow the address only if its owner wants mail again.'],
      effects: { allow: addresses.join(', ') },
    };
  }

  summary = ({ addresses }: Plan): string => `Mail to ${addresses.join(' and ')} allowed again`;
}

const erasedOf = async (tx: Tx, person: ContactRow): Promise<Erased[]> =>
  tx.rows<Erased>(
    `select p.address, e.erased_at from cortex.people p
     join cortex.erased_addresses e on e.hash = cortex.erased_hash(p.address)
     where p.person_id = any($1::uuid[]) order by e.erased_at, p.address`,
    [await personIdsOf(tx, person.person_id)],
  );

/** What a bounce or a colleague put on the list of suppressions since stands. */
async function allow(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  const gone = await tx.run(
    'delete from cortex.erased_addresses e where e.hash = any(array(select cortex.erased_hash(a) from unnest($1::text[]) a))',
    [plan.addresses],
  );
  await tx.run(
    `with theirs as materialized (
       select p.person_id from cortex.people p where p.address = any($1::text[]) order by p.address for no key update
     )
     update cortex.people p
     set suppressed_broadcast = exists (select from cortex.suppressions s where s.address = p.address and s.stream = 'broadcast'),
       suppressed_transactional =
         exists (select from cortex.suppressions s where s.address = p.address and s.stream = 'transactional')
     from theirs t where p.person_id = t.person_id`,
    [plan.addresses],
  );
  return gone > 0
    ? { state: 'done', detail: 'Mail may go to it again.' }
    : { state: 'not_needed', detail: 'Somebody else allowed it meanwhile.' };
}

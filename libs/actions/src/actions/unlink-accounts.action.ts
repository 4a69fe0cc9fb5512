import { Injectable } from '@nestjs/common';
import type { ContactRow } from '#directory';
import type { ContactActionInput } from '#contracts';
import { AppError, invalidRequest, lockPeople, type Tx } from '#platform';
import type { ActionContext, ActionDefinition, Effect, Outcome } from '../definition.js';
import { accountsOf, belongings, candidate, linkedTo, type Account } from './linked-accounts.js';

interface Plan {
  head: Account;
  other: Account;
}

/** Parts an account from the person to whom it was linked. What was done meanwhile stays where it was done. */
@Injectable()
export class UnlinkAccounts implements ActionDefinition<'unlink_accounts', Plan> {
  readonly name = 'unlink_accounts';
  readonly audit = 'contact.unlinked';
  readonly effects: readonly Effect<Plan>[] = [{ name: 'unlink', label: 'Part the accounts', run: unlink }];

  async unavailable(tx: Tx, person: ContactRow): Promise<string | undefined> {
    return (await linkedTo(tx, person.person_id)).length === 0 ? 'No account is linked to this one.' : undefined;
  }

  async plan(tx: Tx, person: ContactRow, input: ContactActionInput<'unlink_accounts'>): Promise<Plan> {
    const linked = await accountsOf(tx, await linkedTo(tx, person.person_id));
    const other =
      input.other_contact_id === undefined
        ? linked[0]
        : linked.find(({ contact_id }) => contact_id === input.other_contact_id);
    if (input.other_contact_id === undefined && linked.length > 1)
      throw new AppError('several_candidates', 'Several accounts are linked to this one. Say which one is to part.', {
        facts: { candidates: linked.map(candidate) },
      });
    const [head] = await accountsOf(tx, [person.person_id]);
    if (!head || !other)
      throw invalidRequest('This account is not linked to the person.', [
        { pointer: '/other_contact_id', message: 'Choose one of the linked accounts.' },
      ]);
    return { head, other };
  }

  preview({ head, other }: Plan) {
    return {
      sentences: [
        `${other.email} becomes a person of its own again: ${belongings(other)}.`,
        `${head.email} keeps: ${belongings(head)}.`,
        'Each goes by its own answer about mail again. What was done while they were linked stays where it was done.',
      ],
      effects: { unlink: `${other.email} parts from ${head.email}.` },
    };
  }

  summary = ({ head, other }: Plan): string => `Account ${other.email} parted from ${head.email}`;
}

async function unlink(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  const { head, other } = plan;
  await lockPeople(tx, [head.person_id, other.person_id]);
  const gone = await tx.run('delete from cortex.person_links k where k.person_id = $1 and k.into_person_id = $2', [
    other.person_id,
    head.person_id,
  ]);
  return gone > 0
    ? { state: 'done', detail: `${other.email} is a person of its own again.` }
    : { state: 'not_needed', detail: 'They had been parted meanwhile.' };
}

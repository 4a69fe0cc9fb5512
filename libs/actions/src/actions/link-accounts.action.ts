import { Injectable } from '@nestjs/common';
import { contactById, personIdsOf, type ContactRow } from '#directory';
import { AppError, invalidRequest, lockPeople, type Tx } from '#platform';
import type { ContactActionInput } from '#contracts';
import type { ActionContext, ActionDefinition, Effect, Outcome } from '../definition.js';
import { accountsOf, answersOf, inWords, linkedTo, type Account, type JoinedAnswers } from './linked-accounts.js';

interface Plan {
  head: Account;
  other: Account;
  answers: JoinedAnswers;
}

/**
 * Makes one person of two accounts for everybody who looks: one row of `cortex.person_links`. Nothing is moved, so that
 * taking the row away parts them exactly. No chains: whoever is linked has nobody linked to them.
 */
@Injectable()
export class LinkAccounts implements ActionDefinition<'link_accounts', Plan> {
  readonly name = 'link_accounts';
  readonly audit = 'contact.linked';
  readonly effects: readonly Effect<Plan>[] = [{ name: 'link', label: 'Link the accounts', run: link }];

  async plan(tx: Tx, person: ContactRow, input: ContactActionInput<'link_accounts'>): Promise<Plan> {
    const found = await contactById(tx, input.other_contact_id);
    if (!found) throw refused('Nobody has this id. Look the other account up in the directory.');
    if (found.person_id === person.person_id)
      throw refused('This is the same person: the two are one already. Choose another account.');
    // The id may be of an account that is linked to the one that was found.
    if ((await linkedTo(tx, found.person_id)).length > 0)
      throw refused(`${found.email} has accounts linked to it. Unlink those first, or link the other way round.`);
    const [head, other] = await accountsOf(tx, [person.person_id, found.person_id]);
    if (!head || !other) throw refused('One of the two accounts is no longer in the directory.');
    return { head, other, answers: await answersOf(tx, [...(await personIdsOf(tx, head.person_id)), other.person_id]) };
  }

  preview({ head, other, answers }: Plan) {
    const { consent } = answers;
    return {
      sentences: [
        `${inWords(head)}.`,
        `${inWords(other)}.`,
        `The directory then shows one person, ${head.email}. Nothing is moved: unlinking parts the two again.`,
        ...(consent ? [`The stricter answer about marketing mail holds for ${whom(answers)}: ${consent}.`] : []),
        ...pausesAndTopics(answers),
        ...(saysNo(answers) ? [] : ['Both may go on getting the mail that they get now.']),
      ],
      warnings:
        head.type === 'lead' && other.type === 'customer'
          ? [`${other.email} is the customer of the two. Consider linking the other way round.`]
          : [],
      effects: { link: `${other.email} joins ${head.email}.` },
    };
  }

  summary = ({ head, other }: Plan): string => `Account ${other.email} linked to ${head.email}`;
}

const refused = (message: string): AppError =>
  invalidRequest(message, [{ pointer: '/other_contact_id', message: 'Choose another account.' }]);

/** Whether one of them said something that holds mail back for another. */
const saysNo = ({ consent, pause, topics_off }: JoinedAnswers): boolean =>
  consent !== null || pause !== null || topics_off.length > 0;

const whom = ({ accounts }: JoinedAnswers): string => (accounts === 2 ? 'both' : `all ${accounts} accounts`);

/** What one of them said beside their consent, which holds for the others too from now on. */
function pausesAndTopics(answers: JoinedAnswers): string[] {
  const { pause, topics_off } = answers;
  return [
    ...(pause
      ? [`${pause.email} has paused marketing mail until ${pause.until}. That holds for ${whom(answers)}.`]
      : []),
    ...topics_off.map(({ email, topics }) => `${email} has turned off ${topics}. That holds for ${whom(answers)}.`),
  ];
}

async function link(tx: Tx, { plan, by }: ActionContext<Plan>): Promise<Outcome> {
  const { head, other } = plan;
  // Nobody moves the two while they become one.
  await lockPeople(tx, [head.person_id, other.person_id]);
  await tx.run('lock table cortex.person_links in share row exclusive mode');
  const links = await tx.rows<{ person_id: string; into_person_id: string }>(
    `select k.person_id, k.into_person_id from cortex.person_links k
     where k.person_id = any($1::uuid[]) or k.into_person_id = $2`,
    [[head.person_id, other.person_id], other.person_id],
  );
  if (links.some((one) => one.person_id === other.person_id && one.into_person_id === head.person_id))
    return { state: 'not_needed', detail: 'They were linked by somebody else meanwhile.' };
  if (links.length > 0)
    throw new AppError('action_not_available', 'One of the two was linked to another account meanwhile.');
  await tx.run('insert into cortex.person_links (person_id, into_person_id, created_by) values ($1, $2, $3)', [
    other.person_id,
    head.person_id,
    by.label,
  ]);
  return { state: 'done', detail: `${other.email} is shown as one with ${head.email}.` };
}

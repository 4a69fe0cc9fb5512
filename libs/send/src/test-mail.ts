import { queueMail, type MailContent } from '#emails';
import { AppError, newId, type Database } from '#platform';
import { findOrCreatePeople, addressOf } from '#directory';
import type { MessageView } from './message-view.js';

/**
 * Queues a mail to a member of staff, marked as a test, with one contact's data. It takes the transactional
 * way, so that it comes at once and asks nobody's consent.
 * @throws AppError 422 when the address is nobody's who works here; 404 when the contact is unknown
 */
export async function sendTest(
  database: Database,
  view: MessageView,
  content: MailContent,
  to: string,
  contactEmail?: string,
  from?: string,
): Promise<string> {
  const staff = await database.row('select 1 from cortex_staff."user" where lower(email) = lower($1)', [to]);
  if (!staff) {
    throw new AppError(
      'recipient_not_staff',
      'Test mail goes only to people who work here. Use the address you sign in with.',
      { errors: [{ pointer: '/to', message: 'No staff member has this address.' }] },
    );
  }
  const contact = contactEmail
    ? await view.contact(contactEmail)
    : { email: to, first_name: 'Ada', last_name: 'Sample' };
  return database.tx(async (tx) => {
    // Staff addresses were checked at the edge, so they always have this form.
    const address = addressOf(to)!;
    const person = (await findOrCreatePeople(tx, [address])).get(address)!;
    const queued = await queueMail(tx, {
      person_id: person.person_id,
      colleague: to,
      stream: 'transactional',
      content: { ...content, subject: `[TEST] ${content.subject}` },
      from,
      data: { contact },
      dedupe_key: `test ${newId()}`,
    });
    return queued.message_id;
  });
}

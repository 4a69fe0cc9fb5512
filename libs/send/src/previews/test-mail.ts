import { queueMails, type MailContent } from '#emails';
import { AppError, newId, readSettings, type Database } from '#platform';
import { findOrCreatePeople, addressOf } from '#directory';
import type { MessageView } from './message-view.js';

/** Who gets a test, and with whose data; without `contact_email` a made-up person's. One of `to` and `seed_list` is given. */
export interface TestWish {
  /** Somebody who works here. */
  to?: string | undefined;
  /** The name of a list of the settings. */
  seed_list?: string | undefined;
  contact_email?: string | undefined;
  /** `contact_email` is that of somebody who works here. */
  colleague?: boolean | undefined;
}

/**
 * Queues a mail to a member of staff, or to each address of a seed list, marked as a test, with one contact's data. It
 * takes the transactional way, so that it comes at once and asks nobody's consent.
 * @throws AppError 422 when the address is nobody's who works here; 404 when the contact or the list is unknown
 */
export async function sendTest(
  database: Database,
  view: MessageView,
  content: MailContent,
  wish: TestWish,
  from?: string,
): Promise<{ message_id: string; message_ids: string[] }> {
  const addresses = await addressesOf(database, wish);
  const chosen = wish.contact_email ? await view.contact(wish.contact_email, wish.colleague) : undefined;
  return database.tx(async (tx) => {
    // All were checked at the edge, so they always have this form.
    const people = await findOrCreatePeople(
      tx,
      addresses.map((to) => addressOf(to)!),
    );
    const queued = await queueMails(
      tx,
      addresses.map((to) => ({
        person_id: people.get(addressOf(to)!)!.person_id,
        colleague: to,
        stream: 'transactional' as const,
        content: { ...content, subject: `[TEST] ${content.subject}` },
        ...(from === undefined ? {} : { from }),
        data: { contact: chosen ?? { email: to, first_name: 'Ada', last_name: 'Sample' } },
        dedupe_key: `test ${newId()}`,
      })),
    );
    const ids = queued.map(({ message_id }) => message_id);
    return { message_id: ids[0]!, message_ids: ids };
  });
}

async function addressesOf(database: Database, { to, seed_list }: TestWish): Promise<string[]> {
  if (to === undefined) {
    const { seed_lists } = await readSettings(database, 'seed_lists');
    const list = seed_lists.find(({ name }) => name === seed_list);
    if (!list) {
      const message = 'There is no seed list of this name. It may have been renamed or removed.';
      throw new AppError('not_found', message, { errors: [{ pointer: '/seed_list', message }] });
    }
    return list.addresses;
  }
  const staff = await database.row('select 1 from cortex_staff."user" where lower(email) = lower($1)', [to]);
  if (staff) return [to];
  throw new AppError(
    'recipient_not_staff',
    'Test mail goes only to people who work here, and to the seed lists of the settings. Use the address you sign in with.',
    { errors: [{ pointer: '/to', message: 'No staff member has this address.' }] },
  );
}

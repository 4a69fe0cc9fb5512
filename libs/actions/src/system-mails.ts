import { passwordMails } from '#customers';
import { makeSystemMail } from '#emails';
import type { Database } from '#platform';
import { goodbye } from './actions/update-email.action.js';

/** Makes the templates of the mails that actions send, so that their words can be changed before the first one leaves. */
export async function makeSystemMails(database: Database): Promise<void> {
  await database.tx(async (tx) => {
    for (const mail of [passwordMails.welcome, passwordMails.reset, goodbye]) await makeSystemMail(tx, mail);
  });
}

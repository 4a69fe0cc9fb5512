import { PasswordMails } from '#customers';
import { LinkTokens } from '#emails';
import { cookieOf, type TestApi } from './api.fixture.js';

export const PASSWORD = 'seven quiet herons wade';

export interface Customer {
  /** Of the profile. */
  id: string;
  email: string;
  cookie: string;
}

/** The profile of an address, made if it is missing. */
export async function profileOf(api: TestApi, email: string): Promise<string> {
  const { body } = await api.call<{ results: { id: string }[] }>('POST', '/profiles', { email, first_name: 'Ada' });
  return body.results[0]!.id;
}

/** Queues the mail with which a customer chooses a password, and reads the token of its link. */
export async function passwordToken(api: TestApi, profileId: string, purpose: 'welcome' | 'reset'): Promise<string> {
  const mails = api.app.get(PasswordMails);
  const { message_id } = await api.db.database.tx((tx) => mails.queue(tx, profileId, purpose, 'a test'));
  const mail = await api.db.database.row<{ person_id: string }>('select person_id from cortex.messages where id = $1', [
    message_id,
  ]);
  return (await api.app.get(LinkTokens).signer()).token('password', { person_id: mail!.person_id, message_id });
}

/** Gives a customer a password, by a link as they would get it. */
export async function givePassword(api: TestApi, profileId: string, password = PASSWORD): Promise<void> {
  const token = await passwordToken(api, profileId, 'welcome');
  const answer = await api.call('POST', '/auth/customer/reset/confirm', { token, password }, { anonymous: true });
  if (answer.status !== 200) throw new Error(`a password was not set: ${answer.status} ${answer.text}`);
}

/** A customer who is signed in. */
export async function customerOf(api: TestApi, email: string): Promise<Customer> {
  const id = await profileOf(api, email);
  await givePassword(api, id);
  const answer = await api.call('POST', '/auth/customer/sign-in', { email, password: PASSWORD }, { anonymous: true });
  if (answer.status !== 200) throw new Error(`a customer was not signed in: ${answer.status} ${answer.text}`);
  return { id, email, cookie: cookieOf(answer) };
}

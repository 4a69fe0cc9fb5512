import type { ContactAnswer as Contact } from '#contracts';

/** The name, else the address, else what is known. */
export const nameOf = (contact: Pick<Contact, 'first_name' | 'last_name' | 'email'>): string =>
  [contact.first_name, contact.last_name].filter(Boolean).join(' ') || contact.email || 'No name';

/** Whether mail reaches them, in a few words for a table. */
export const emailStatusWords: Record<Contact['email_status'], string> = {
  no_address: 'no address',
  bounced: 'bounced',
  complained: 'complained',
  suppressed: 'suppressed',
  unsubscribed: 'unsubscribed',
  pending: 'not confirmed yet',
  no_consent: 'never asked',
  not_asked: 'never asked',
  paused: 'paused',
  subscribed: 'subscribed',
};

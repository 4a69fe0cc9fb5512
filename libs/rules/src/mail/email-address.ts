import { z } from 'zod';
import { withAsciiDomain } from './mailbox.js';

/** One address that mail can go to, with its domain in ASCII. The screens ask it too before they send a long list. */
export const emailAddress = z
  .string()
  .trim()
  .max(254, 'An address has at most 254 characters.')
  .transform(withAsciiDomain)
  .pipe(z.email('This is not an e-mail address. It should look like name@example.com.'));

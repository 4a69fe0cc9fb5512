import { z } from 'zod';
import { emailAddress, instant, page, pageQuery, route } from '../http/route.js';
import { password, passwordLength } from './sign-in.contract.js';

const tag = 'Customers';
const done = z.object({ done: z.literal(true) });

const customerView = z.object({ email: z.string(), name: z.string() });

export const customerSignIn = route({
  method: 'POST',
  path: '/auth/customer/sign-in',
  access: 'open',
  tag,
  summary: 'Sign in as a customer; the answer sets the session cookie',
  body: z.strictObject({
    email: emailAddress,
    password: z
      .string()
      .min(1, 'Enter the password.')
      .max(passwordLength.max, `A password has at most ${passwordLength.max} characters.`),
  }),
  response: customerView,
  problems: ['wrong_credentials', 'BANNED_USER', 'too_many_attempts', 'other_site', 'busy'],
});

export const customerSignOut = route({
  method: 'POST',
  path: '/auth/customer/sign-out',
  access: 'open',
  tag,
  summary: 'End this session of a customer',
  response: done,
});

export const askForCustomerPassword = route({
  method: 'POST',
  path: '/auth/customer/reset',
  access: 'open',
  tag,
  summary: 'Ask for a mail with a link to choose a password',
  description:
    'For customers who have forgotten theirs, and for those who have none yet. The answer is the same whether or not somebody has this address.',
  status: 202,
  body: z.strictObject({ email: emailAddress }),
  response: done,
  problems: ['too_many_attempts', 'other_site'],
});

export const setCustomerPassword = route({
  method: 'POST',
  path: '/auth/customer/reset/confirm',
  access: 'open',
  tag,
  summary: 'Choose a password by the link of a mail; every session of the customer ends',
  body: z.strictObject({ token: z.string().min(20).max(200), password }),
  response: z.object({ email: z.string() }),
  problems: ['not_found', 'other_site', 'busy'],
});

export const currentCustomer = route({
  method: 'GET',
  path: '/me',
  access: 'customer',
  tag,
  summary: 'Which customer is signed in',
  response: customerView,
});

export const listMyCourses = route({
  method: 'GET',
  path: '/me/courses',
  access: 'customer',
  tag,
  summary: 'The courses that the signed-in customer has access to, newest first',
  description: 'Active enrollments only.',
  query: pageQuery,
  response: page(
    z.object({ enrollment_id: z.string(), course_id: z.string(), title: z.string(), enrolled_at: instant }),
  ),
});

import { idParams, route } from '../http/route.js';

export const everythingAboutContact = route({
  method: 'GET',
  path: '/contacts/:id/everything',
  access: 'support',
  tag: 'Directory',
  summary: 'Everything that is stored about a person, as one JSON file; that somebody took it is audited',
  description:
    'The accounts linked to theirs are in it too. `{ exported_at, email, … }` with a list for each kind: profiles, leads, orders, enrollments, activities, runs and their steps, mails, topics, lists, notes, actions, sign-ups, suppressions, webhook calls, sign-in without secrets.',
  params: idParams,
  problems: ['not_found'],
  raw: true,
});

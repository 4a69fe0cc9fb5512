import { z } from 'zod';
import { defineNode, nextPort, textsOf, type Problem } from '../model/node.js';
import { hear, maybe, pattern, quoted, set } from '../words/hear.js';
import { cutValue, say, shorten, value } from '../words/phrase.js';
import { readableSubject } from '../words/subject.js';

const anAddress = pattern(/[^\s,;:“”]+@[^\s,;:“”]*[^\s,;:“”.]/u, 'ada@example.com', ([address]) => address);
const notBlank = (text: string) => text.trim() !== '';

export const notifyTeam = defineNode({
  type: 'notify_team',
  version: 1,
  kind: 'action',
  icon: 'bell',
  title: 'Tell the team',
  summary: 'Sends a colleague an e-mail about the person.',
  docs:
    'The e-mail goes to your colleague, not to the person. It is sent as transactional mail, so consent, ' +
    'quiet hours and frequency caps do not apply. Subject and text can mention the person: {{ contact.email ' +
    '}}.',
  config: z.strictObject({
    to: z
      .email('Give one address, for example of a colleague.')
      .max(320)
      .meta({ label: 'To', help: 'The address of a colleague or of a shared inbox.', control: 'staff' }),
    subject: z
      .string()
      .max(998, 'A subject has at most 998 characters.')
      .refine(notBlank, 'Write a subject.')
      .meta({ label: 'Subject', control: 'text' }),
    text: z
      .string()
      .max(100_000)
      .refine(notBlank, 'Write what the team should know.')
      .meta({ label: 'Text', help: 'Can mention the person: {{ contact.first_name }}.', control: 'long_text' }),
  }),
  defaults: { to: '', subject: '', text: '' },
  ports: nextPort,
  phrases: ({ to, subject }) => [
    ...say`Tell ${value('to', to)}`,
    ...(subject?.trim()
      ? say`: ${cutValue('subject', `“${shorten(readableSubject(subject), 80)}”`, () => `“${readableSubject(subject)}”`)}`
      : []),
  ],
  hears: hear`Tell ${set('to', anAddress)} ${maybe(hear`: ${set('subject', quoted())}`)}`,
  texts: (config) => textsOf(config, ['subject', 'text']),
  check: ({ to }, { pointer, node_id, world }) => {
    const problems: Problem[] = [];
    if (world.senders && !world.senders.transactional)
      problems.push({
        code: 'no_sender',
        severity: 'blocks',
        node_id,
        pointer: `${pointer}/config/to`,
        message: 'No sender is set for transactional mail. Set one in the settings.',
      });
    if (world.staff && !world.staff.has(to.toLowerCase()))
      problems.push({
        code: 'not_staff',
        severity: 'look',
        node_id,
        pointer: `${pointer}/config/to`,
        message: `Nobody signs in here as ${to}. This e-mail is sent without checking consent, so it must not go to customers.`,
      });
    return problems;
  },
  plan: ({ to, subject, text }) => ({ effects: [{ type: 'team.notify', to, subject, text }], next: 'next' }),
  examples: [
    {
      name: 'One colleague',
      config: { to: 'ada@example.com', subject: '{{ contact.email }} asks for a call', text: 'Please call.' },
      expect: {
        effects: [
          {
            type: 'team.notify',
            to: 'ada@example.com',
            subject: '{{ contact.email }} asks for a call',
            text: 'Please call.',
          },
        ],
        next: 'next',
      },
    },
  ],
});

import { hasWayOut, mailboxProblem, readMailbox, senderNotListed } from '#rules';
import { z } from 'zod';
import { defineNode, nextPort, textsOf, type Problem } from '../model/node.js';
import { eitherOf, hear, meaning, quoted, set, thing } from '../words/hear.js';
import { called } from '../words/names.js';
import { cutValue, say, shorten, value } from '../words/phrase.js';
import type { DrawingProblemCode } from '../model/problem-codes.js';
import { readableSubject } from '../words/subject.js';

const notBlank = (text: string) => text.trim() !== '';

const config = z
  .strictObject({
    template_id: z.uuid().optional().meta({ label: 'Template', control: 'template', oneOf: 'content' }),
    subject: z
      .string()
      .max(998, 'A subject has at most 998 characters.')
      .optional()
      .meta({ label: 'Subject', control: 'liquid_line' }),
    preheader: z
      .string()
      .max(500)
      .optional()
      .meta({ label: 'Preview text', help: 'Shown after the subject in the inbox.', control: 'liquid_line' }),
    html: z.string().max(400_000).optional().meta({ label: 'HTML', control: 'html' }),
    text: z
      .string()
      .max(400_000)
      .optional()
      .meta({ label: 'Plain text', help: 'Made from the HTML if left empty.', control: 'liquid_text' }),
    stream: z.enum(['broadcast', 'transactional'], 'Choose a stream: broadcast or transactional.').meta({
      label: 'Stream',
      help: 'Use broadcast for marketing, with consent and a way to unsubscribe. Use transactional for system mail.',
      control: 'stream',
      options: { broadcast: 'Broadcast', transactional: 'Transactional' },
    }),
    from: z
      .string()
      .max(320)
      .optional()
      .meta({ label: 'Sender', help: 'The workspace’s sender for this stream if left empty.', control: 'sender' }),
    topic_id: z
      .uuid()
      .optional()
      .meta({ label: 'Topic', control: 'topic', when: { stream: 'broadcast' } }),
  })
  .superRefine((value, context) => {
    const issue = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (value.template_id !== undefined) {
      if (value.html !== undefined) issue('html', 'A step sends a template or its own text, not both. Remove one.');
      return;
    }
    if (!notBlank(value.subject ?? '')) issue('subject', 'Write a subject, or choose a template.');
    if (!notBlank(value.html ?? '')) issue('html', 'Write the mail, or choose a template.');
  })
  .describe('It has either template_id, or subject and html.');

export const sendEmail = defineNode({
  type: 'send_email',
  version: 1,
  kind: 'mail',
  icon: 'mail',
  title: 'Send e-mail',
  summary: 'Sends the person an e-mail. Consent and suppressions are checked when it leaves.',
  docs:
    'Broadcast is for marketing: it goes only to people who agreed, waits during quiet hours, respects the ' +
    'frequency cap and has a way to unsubscribe. Transactional is for what a person must know. People who may ' +
    'not be mailed are skipped with a reason, and continue all the same.',
  config,
  defaults: { stream: 'broadcast' },
  ports: nextPort,
  phrases: ({ subject, template_id, stream }, names) => [
    ...say`Send ${
      template_id && !subject
        ? value('template_id', called(names, template_id, 'the chosen template'))
        : cutValue(
            'subject',
            subject?.trim() ? `“${shorten(readableSubject(subject), 90)}”` : undefined,
            () => `“${readableSubject(subject ?? '')}”`,
          )
    }`,
    ...(stream === 'broadcast' ? [] : say` as ${value('stream', stream && 'system mail')}`),
  ],
  hears: hear`Send ${eitherOf(set('template_id', thing('template')), set('subject', quoted()))} ${eitherOf(
    meaning(hear`as system mail`, { stream: 'transactional' }),
    hear`as ____`,
    meaning(hear``, { stream: 'broadcast' }),
  )}`,
  brief: ({ subject, template_id }, names) => {
    const mail = subject?.trim() ? `“${readableSubject(subject)}”` : called(names, template_id, 'the chosen template');
    return mail ? `Send ${mail}` : 'Send a mail';
  },
  check: (config, { pointer, node_id, world }) => {
    const problems: Problem[] = [];
    const blocks = (code: DrawingProblemCode, field: string, message: string) =>
      problems.push({ code, severity: 'blocks', node_id, pointer: `${pointer}/config/${field}`, message });
    if (config.from?.trim()) {
      const address = readMailbox(config.from)?.address.toLowerCase();
      if (address === undefined) blocks('sender', 'from', mailboxProblem);
      else if (world.allowed_senders && !world.allowed_senders.has(address))
        blocks('sender', 'from', senderNotListed(address));
    }
    if (config.stream === 'transactional') {
      const linked = (['subject', 'html', 'text'] as const).find((field) => hasWayOut(config[field] ?? ''));
      if (config.topic_id)
        blocks(
          'marketing_on_transactional',
          'topic_id',
          'System mail has no topic. Remove the topic, or send the e-mail as broadcast.',
        );
      if (linked)
        blocks(
          'marketing_on_transactional',
          linked,
          'An e-mail with an unsubscribe link is marketing. Remove the link, or send it as broadcast.',
        );
    }
    return problems;
  },
  texts: (config) => textsOf(config, ['subject', 'preheader', 'html', 'text']),
  causes: () => ['email.sent', 'email.delivered'],
  plan: (config) => ({ effects: [{ type: 'email.send', ...config }], next: 'next' }),
  examples: [
    {
      name: 'A mail of its own',
      config: { subject: 'You left something behind', html: '<p>Hello</p>', stream: 'broadcast' },
      expect: {
        effects: [
          { type: 'email.send', subject: 'You left something behind', html: '<p>Hello</p>', stream: 'broadcast' },
        ],
        next: 'next',
      },
    },
  ],
});

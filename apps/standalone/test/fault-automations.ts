import type { Behavior } from '#testing';

/** In turn; about every other call goes wrong, after having taken the mails or before. */
export const faults: Behavior[] = [
  { kind: 'accept' },
  { kind: 'accept_and_drop' },
  { kind: 'accept' },
  { kind: 'status', status: 429 },
  { kind: 'accept' },
  { kind: 'status', status: 500 },
  { kind: 'hang', accept: true },
  { kind: 'accept' },
  { kind: 'accept_and_cut' },
  { kind: 'status', status: 500, accept: true },
  { kind: 'drop' },
  { kind: 'accept' },
];

const enrolled = { operator: 'AND', conditions: [{ field: 'lead', operator: 'enrolled' }] };
const mail = (subject: string) => ({
  subject,
  html: '<p>Hello {{ contact.first_name | default: "there" }}</p>',
  stream: 'broadcast',
});

/** Two mails to who left a checkout, the second only to who has still not enrolled. */
export const abandonment = {
  schema: 1,
  nodes: [
    {
      id: 'start',
      type: 'monitor',
      config: {
        over: 'leads',
        lead: { older_than: { n: 30, unit: 'minutes' }, within: { n: 24, unit: 'hours' }, enrolled: false },
      },
    },
    { id: 'first', type: 'send_email', config: mail('You left something behind') },
    { id: 'wait', type: 'wait_until', config: { rules: enrolled, timeout: { n: 2, unit: 'days' } } },
    { id: 'ask', type: 'filter', config: { rules: enrolled } },
    { id: 'second', type: 'send_email', config: mail('Still there?') },
    { id: 'done', type: 'exit', config: { reason: 'enrolled' } },
  ],
  edges: [
    { source: 'start', port: 'next', target: 'first' },
    { source: 'first', port: 'next', target: 'wait' },
    { source: 'wait', port: 'happened', target: 'ask' },
    { source: 'wait', port: 'timed_out', target: 'ask' },
    { source: 'ask', port: 'yes', target: 'done' },
    { source: 'ask', port: 'no', target: 'second' },
  ],
};

/** Branches by what was read and by chance, waits, and leaves a tag and an activity behind: no mail. */
export const readers = {
  schema: 1,
  nodes: [
    { id: 'start', type: 'activity_received', config: { activity_type: 'page.viewed' } },
    { id: 'tag', type: 'update_contact', config: { add_tags: ['reader'] } },
    {
      id: 'split',
      type: 'random_split',
      config: {
        branches: [
          { id: 'a', percent: 50 },
          { id: 'b', percent: 50 },
        ],
      },
    },
    { id: 'rest', type: 'wait', config: { for: { n: 1, unit: 'hours' } } },
    {
      id: 'ask',
      type: 'filter',
      config: { rules: { operator: 'AND', conditions: [{ field: 'tags', operator: 'contains', value: 'reader' }] } },
    },
    { id: 'note', type: 'record_activity', config: { activity_type: 'course.suggested' } },
    { id: 'end', type: 'exit', config: { reason: 'read' } },
  ],
  edges: [
    { source: 'start', port: 'next', target: 'tag' },
    { source: 'tag', port: 'next', target: 'split' },
    { source: 'split', port: 'a', target: 'rest' },
    { source: 'split', port: 'b', target: 'ask' },
    { source: 'rest', port: 'next', target: 'ask' },
    { source: 'ask', port: 'yes', target: 'note' },
    { source: 'note', port: 'next', target: 'end' },
  ],
};

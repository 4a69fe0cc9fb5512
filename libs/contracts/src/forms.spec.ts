import { describe, expect, it } from '@jest/globals';
import { emptyGraph, validate, webhookConfig } from '#graph';
import { changeSettings, newEnrollment, newTransaction, previewContent } from './index.js';

const INJECTED = 'School <a@school.example>\r\nBcc: eve@evil.example';
const TWO = 'a@school.example, b@school.example';
const messages = (parsed: { error?: { issues: { path: PropertyKey[]; message: string }[] } | undefined }) =>
  parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('the form of', () => {
  it.each([INJECTED, TWO, 'School', 'School <a@school.example> <b@school.example>'])(
    'a sender is one mailbox, which %j is not',
    (from) => {
      const refusal = expect.stringMatching(/^\S+: A sender is one mailbox, written as/);
      for (const field of ['sender_broadcast', 'sender_transactional'])
        expect(messages(changeSettings.body.safeParse({ [field]: from }))).toEqual([refusal]);
      expect(previewContent.body.safeParse({ from }).success).toBe(false);
      const nodes = [
        { id: 'm', type: 'send_email', config: { subject: 'x', html: '<p>x</p>', stream: 'broadcast', from } },
      ];
      const problems = validate({ ...emptyGraph(), nodes }, {}, {});
      expect(problems).toContainEqual(
        expect.objectContaining({ code: 'sender', severity: 'blocks', pointer: '/nodes/0/config/from' }),
      );
    },
  );

  it('a refund is at most what was paid', () => {
    const paid = { amount_minor: 100, currency: 'EUR' };
    const more = { ...paid, refunded_minor: 101 };
    const said = 'refunded_minor: refunded_minor is at most amount_minor: no more can be given back than was paid.';
    expect(messages(newTransaction.safeParse({ email: 'a@school.example', ...more }))).toEqual([said]);
    const enrollment = { email: 'a@school.example', course_id: '6f9619ff-8b86-4011-b42d-00c04fc964ff' };
    expect(messages(newEnrollment.safeParse({ ...enrollment, transaction: more }))).toEqual([`transaction.${said}`]);
    for (const refunded_minor of [0, 100])
      expect(newTransaction.safeParse({ email: 'a@school.example', ...paid, refunded_minor }).success).toBe(true);
  });

  it.each([
    ...['Host', 'content-length', 'Content-Encoding', 'Transfer-Encoding', 'connection', 'keep-alive', 'TE', 'trailer'],
    ...['upgrade', 'proxy-authorization', 'webhook-id', '', 'a b', 'a:b', 'a\r\nb', 'ä', 'x'.repeat(101)],
  ])('a webhook header cannot be called %j', (name) => {
    const read = webhookConfig.safeParse({ url: 'https://a.example', headers: { [name]: 'x' } });
    expect(messages(read)).toHaveLength(1);
  });

  it('a webhook header’s value has no line of its own', () => {
    for (const value of ['a\r\nx: y', 'a\nb', 'a\0', 'a\u2028'])
      expect(webhookConfig.safeParse({ url: 'https://a.example', headers: { 'x-a': value } }).success).toBe(false);
    expect(webhookConfig.safeParse({ url: 'https://a.example', headers: { 'X-Api.Key_1': 'a\tü' } }).success).toBe(
      true,
    );
  });
});

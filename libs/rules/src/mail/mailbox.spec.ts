import { describe, expect, it } from '@jest/globals';
import { readMailbox } from './mailbox.js';

describe('mailboxes', () => {
  it.each([
    ['news@school.example', '', 'news@school.example'],
    ['  School <news@school.example> ', 'School', 'news@school.example'],
    ['School (EU) of J. Doe <news@school.example>', 'School (EU) of J. Doe', 'news@school.example'],
    ['"School, Ltd" <news@school.example>', 'School, Ltd', 'news@school.example'],
    ['"The \\"old\\" school" <news@school.example>', 'The "old" school', 'news@school.example'],
    ['Schule Köln <news@köln.example>', 'Schule Köln', 'news@xn--kln-sna.example'],
    ['<news@school.example>', '', 'news@school.example'],
  ])('%s', (text, name, address) => expect(readMailbox(text)).toEqual({ name, address }));

  it.each([
    '',
    'nope',
    'School',
    'School <news>',
    'School <news@school>',
    'School news@school.example',
    'a@b.example, c@d.example',
    'A <a@b.example>, C <c@d.example>',
    'A <a@b.example> <c@d.example>',
    'School, Ltd <news@school.example>',
    'boss@bank.example <news@school.example>',
    'Group: a@b.example;',
    'School <news@school.example>\r\nBcc: eve@evil.example',
    'School\r\nBcc: eve@evil.example <news@school.example>',
    'School\u2028 <news@school.example>',
    'School\u202e <news@school.example>',
    'School\0 <news@school.example>',
    '\ud800 <news@school.example>',
    '"School <news@school.example>',
    '"a" "b" <news@school.example>',
    'a..b@school.example',
    `${'x'.repeat(400)} <news@school.example>`,
    `${'a'.repeat(65)}@school.example`,
  ])('refuses %j', (text) => expect(readMailbox(text)).toBeUndefined());

  it('reads a long text that is none in one pass', () => {
    for (const text of ['<'.repeat(320), `${'a.'.repeat(150)}@`, `"${'\\"'.repeat(150)}`, `${'a@'.repeat(150)}`])
      expect(readMailbox(text)).toBeUndefined();
  });
});

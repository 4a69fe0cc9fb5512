import { describe, expect, it } from '@jest/globals';
import { likeness } from './same-person.js';

const by = (address: string, phone: string | null = null) => ({ address, phone });

describe('two people of the same name may be one', () => {
  it.each([
    [by('a@x.example', '+49 (171) 123-4567'), by('b@y.example', '0049 1711234567'), ['phone']],
    [by('ann.lee@gmail.com'), by('annlee+shop@gmail.com'), ['address']],
    [by('ann@gmail.com'), by('ann@gmial.com'), ['domain']],
    [by('ann@gmail.com'), by('ann@gmai.com'), ['domain']],
    [by('ann@gmail.com'), by('ann@gmaill.com'), ['domain']],
    [by('ann@gmail.com'), by('ann@gmaik.com'), ['domain']],
    [by('ann@gmail.com', '123456'), by('a.nn@gmail.com', '123456'), ['phone', 'address']],
  ])('%j and %j', (one, other, reasons) => {
    expect(likeness(one, other)).toEqual(reasons);
    expect(likeness(other, one)).toEqual(reasons);
  });

  it.each([
    [by('ann@gmail.com'), by('anne@gmail.com')],
    [by('ann@gmail.com'), by('ann@mail.org')],
    [by('ann@abcd.com'), by('ann@badc.com')],
    [by('+x@gmail.com'), by('+y@gmail.com')],
    [by('ann', '12345'), by('ann', '12345')],
    [by('a@x.example', null), by('b@x.example', null)],
  ])('but nothing says so of %j and %j', (one, other) => expect(likeness(one, other)).toEqual([]));
});

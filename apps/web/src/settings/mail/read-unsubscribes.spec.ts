import { describe, expect, it } from '@jest/globals';
import { addressColumn, readCsv, timeColumn, unsubscribesIn } from './read-unsubscribes';

const read = (text: string) => {
  const file = readCsv(text)!;
  return unsubscribesIn(file, { address: addressColumn(file), time: timeColumn(file) }, 'unsubscribed');
};
const emails = (text: string) => read(text).items.map(({ email }) => email);

describe('a file of unsubscribes', () => {
  it('may be a list of addresses without a heading, with any line ends', () => {
    expect(emails('a@x.example\r\nb@x.example\rc@x.example\n\n')).toEqual([
      'a@x.example',
      'b@x.example',
      'c@x.example',
    ]);
  });

  it('as another program exports it: finds the address and the time, quoted cells included', () => {
    const text =
      '\uFEFF"Email Address","First Name",UNSUB_TIME\n"ada@x.example","Ada ""A"", the first","2026-01-31 10:02:03"\n' +
      'bob@x.example,"two\nlines",2026-02-01T09:00:00+0100\n';
    expect(read(text).items).toEqual([
      { email: 'ada@x.example', reason: 'unsubscribed', at: '2026-01-31T10:02:03Z' },
      { email: 'bob@x.example', reason: 'unsubscribed', at: '2026-02-01T09:00:00+01:00' },
    ]);
  });

  it('with semicolons or tabs is read too', () => {
    expect(emails('name;email\nAda;ada@x.example')).toEqual(['ada@x.example']);
    expect(emails('name\temail\nAda\tada@x.example')).toEqual(['ada@x.example']);
  });

  it('says which rows have no address, what stands twice, and where the time cannot be read', () => {
    const text = 'email,unsubscribed_at\nada@x.example,yesterday\nnobody,2026-01-01\nADA@x.example,2026-01-01\n';
    expect(read(text)).toEqual({
      items: [{ email: 'ada@x.example', reason: 'unsubscribed' }],
      unreadable: { count: 1, rows: [3] },
      repeated: 1,
      withoutTime: 1,
    });
  });

  it('that is empty, or of a quote that never ends, is no trouble', () => {
    expect(readCsv('')).toBeUndefined();
    expect(readCsv('\n\n')).toBeUndefined();
    expect(readCsv('a@x.example,"never')?.rows).toEqual([['a@x.example', 'never']]);
    expect(readCsv('a@x.example,')?.rows).toEqual([['a@x.example', '']]);
  });
});

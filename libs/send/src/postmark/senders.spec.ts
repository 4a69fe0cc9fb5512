import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfig } from '#platform';
import { FakePostmark, FakePostmarkAccount } from '#testing';
import { Senders } from './senders.js';

let fake: FakePostmark;
let account: FakePostmarkAccount;

beforeEach(async () => {
  account = new FakePostmarkAccount();
  fake = await FakePostmark.start({ account: account.answer });
  account.domains.push(
    { ID: 1, Name: 'school.example', DKIMVerified: true, ReturnPathDomainVerified: true },
    {
      ID: 2,
      Name: 'new.example',
      DKIMVerified: false,
      ReturnPathDomainVerified: false,
      DKIMPendingHost: '2026pm._domainkey.new.example',
      DKIMPendingTextValue: 'k=rsa; p=MIGf',
    },
  );
  account.signatures.push(
    { ID: 3, EmailAddress: 'Ann@other.example', Confirmed: true },
    { ID: 4, EmailAddress: 'ben@other.example', Confirmed: false },
  );
});
afterEach(() => fake.close());

const senders = (token = account.token) =>
  new Senders(readConfig({ POSTMARK_API_URL: fake.url, POSTMARK_ACCOUNT_TOKEN: token }));
const standing = async (from: string) => (await senders().list({ from, limit: 50 })).standing!;

describe('how a sender stands at Postmark', () => {
  it('is well where the domain is confirmed, whatever the address is called', async () => {
    expect(await standing('School <news@school.example>')).toMatchObject({
      address: 'news@school.example',
      confirmed: 'domain',
      dkim: true,
      return_path: true,
      to_do: [],
      records: [],
    });
  });

  it('says which records a domain still needs', async () => {
    const { confirmed, dkim, return_path, to_do, records } = await standing('news@new.example');
    expect({ confirmed, dkim, return_path }).toEqual({ confirmed: null, dkim: false, return_path: false });
    expect(to_do).toHaveLength(3);
    expect(records).toEqual([
      { purpose: 'dkim', type: 'TXT', host: '2026pm._domainkey.new.example', value: 'k=rsa; p=MIGf' },
      { purpose: 'return_path', type: 'CNAME', host: 'pm-bounces.new.example', value: 'pm.mtasv.net' },
    ]);
  });

  it('tells an address that is confirmed from one whose link was never followed, and from one nobody knows', async () => {
    expect(await standing('ann@OTHER.example')).toMatchObject({ confirmed: 'address', dkim: null });
    const ben = await standing('ben@other.example');
    expect([ben.confirmed, ben.to_do[0]]).toEqual([null, expect.stringContaining('Follow the link')]);
    const nobody = await standing('x@nowhere.example');
    expect([nobody.confirmed, nobody.sentence]).toEqual([null, expect.stringContaining('does not know')]);
  });
});

describe('the account', () => {
  it('is asked once for many screens, and lists what it knows page by page', async () => {
    const one = senders();
    const [first] = await Promise.all([1, 2, 3].map(() => one.list({ limit: 3 })));
    expect(first!.items.map(({ name, confirmed }) => [name, confirmed])).toEqual([
      ['school.example', true],
      ['new.example', false],
      ['Ann@other.example', true],
    ]);
    const rest = await one.list({ limit: 3, cursor: first!.next_cursor! });
    expect([rest.items.map(({ name }) => name), rest.next_cursor]).toEqual([['ben@other.example'], null]);
    expect(account.calls).toBe(2);
  });

  it('is not asked without a token, and a failure is an answer', async () => {
    const without = new Senders(readConfig({ POSTMARK_API_URL: fake.url }));
    expect(await without.list({ from: 'news@school.example', limit: 50 })).toMatchObject({
      account: 'no_token',
      standing: null,
    });
    expect(account.calls).toBe(0);
    expect((await senders('another-token-of-somebody').list({ limit: 50 })).account).toBe('refused');
    account.down = true;
    expect((await senders().list({ limit: 50 })).account).toBe('unreachable');
  });
});

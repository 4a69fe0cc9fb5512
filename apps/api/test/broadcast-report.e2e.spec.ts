import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedLeads } from '#testing';
import { MailFixture } from './mail.fixture.js';

let mails: MailFixture;
let id: string;
let now: number;

const call = (method: string, path: string, body?: unknown) => mails.app.call(method, `/email/broadcasts${path}`, body);
const report = async () => (await call('GET', `/${id}/report`)).body;
const people = async (query: string) => (await call('GET', `/${id}/recipients?${query}`)).body;
const addresses = async (query: string): Promise<string[]> =>
  (await people(query)).items.map((one: { contact_email: string }) => one.contact_email).sort();

/** Something that Postmark reports about somebody's mail, some minutes ago. */
async function reported(address: string, RecordType: string, minutesAgo: number, more: Record<string, unknown> = {}) {
  const mail = mails.fake.accepted.find(({ to }) => to === address)!;
  const at = new Date(now - minutesAgo * 60_000).toISOString();
  const times = { ReceivedAt: at, DeliveredAt: at, BouncedAt: at };
  const answer = await mails.event({ RecordType, MessageID: mail.id, Recipient: address, ...times, ...more });
  expect(answer.status).toBe(200);
}
const click = (address: string, minutesAgo: number, OriginalLink: string, UserAgent = 'Firefox') =>
  reported(address, 'Click', minutesAgo, { OriginalLink, UserAgent });

const readers = [
  'ann@alpha.example',
  'bea@alpha.example',
  'cem@alpha.example',
  'dora@beta.example',
  '+eve@beta.example',
];
const [ann, bea, cem, dora, eve] = readers as [string, string, string, string, string];

beforeAll(async () => {
  mails = await MailFixture.make();
  const leads = readers.map((email) => ({ email, first_name: 'Reader', consent: 'subscribed' }));
  await seedLeads(mails.app.database, [
    ...leads,
    { email: 'no@beta.example', first_name: 'Reader', consent: 'unsubscribed' },
  ]);
  const made = await call('POST', '', {
    name: 'News',
    subject: 'News',
    html: '<p><a href="https://school.example/a">A</a> <a href="https://school.example/b">B</a></p>',
    rules: { operator: 'AND', conditions: [{ field: 'first_name', operator: 'eq', value: 'Reader' }] },
  });
  id = made.body.id;
  await call('POST', `/${id}/send`);
  await mails.until(
    async () => (await call('GET', `/${id}`)).body.status,
    (status) => status === 'sent',
  );
  now = (await mails.app.database.row<{ now: Date }>('select cortex.now() as now'))!.now.getTime();
});
afterAll(() => mails.close());

describe('the report of a broadcast', () => {
  it('says by link who clicked, each person once, and keeps programs apart', async () => {
    for (const address of readers) await reported(address, 'Delivery', 50);
    await click(ann, 40, 'https://school.example/a');
    await click(ann, 30, 'https://school.example/a');
    await click(ann, 20, 'https://school.example/b');
    await click(dora, 20, 'https://school.example/a');
    await click(bea, 20, 'https://school.example/b', 'Barracuda scanner');
    await reported(bea, 'Open', 20, { UserAgent: 'Mozilla/5.0' });
    const { links, machine } = await report();
    expect(links).toMatchObject([
      { url: 'https://school.example/a', people: 2, clicks: 3, machine_clicks: 0 },
      { url: 'https://school.example/b', people: 1, clicks: 1, machine_clicks: 1 },
    ]);
    expect(machine).toEqual({ opened: 1, clicked: 1 });
    expect(await addresses(`link=${links[0].id}`)).toEqual([ann, dora]);
    expect(await addresses(`link=${links[1].id}`)).toEqual([ann]);
  });

  it('takes back a click that turns out to be one of several at once', async () => {
    await click(cem, 15, 'https://school.example/a');
    expect((await report()).links[0]).toMatchObject({ people: 3, clicks: 4 });
    await click(cem, 15, 'https://school.example/b');
    const { links, machine, counts } = await report();
    expect(links).toMatchObject([
      { people: 2, clicks: 3, machine_clicks: 1 },
      { people: 1, clicks: 1, machine_clicks: 2 },
    ]);
    expect([machine.clicked, counts.clicked]).toEqual([3, 2]);
    expect(await addresses('outcome=clicked')).toEqual([ann, dora]);
  });

  it('says how each domain took it, and who is behind each figure', async () => {
    await reported(bea, 'Bounce', 10, { Type: 'SoftBounce', ID: 1 });
    await reported(eve, 'SpamComplaint', 5, { ID: 2 });
    const { domains } = await report();
    expect(domains).toMatchObject([
      { domain: 'alpha.example', mails: 3, delivered: 3, clicked: 1, bounced: 1, complained: 0 },
      { domain: 'beta.example', mails: 2, delivered: 2, clicked: 1, bounced: 0, complained: 1 },
    ]);
    expect(await addresses('outcome=clicked&domain=beta.example')).toEqual([dora]);
    expect(await addresses('outcome=complained')).toEqual([eve]);
    expect(await addresses('outcome=not_clicked')).toEqual([eve, bea, cem]);
    expect(await addresses('state=skipped&reason=unsubscribed')).toEqual(['no@beta.example']);
    expect(await addresses('state=skipped&reason=capped')).toEqual([]);
    const first = await people('outcome=clicked&limit=1');
    const second = await people(`outcome=clicked&limit=1&cursor=${first.next_cursor}`);
    expect([first.items[0].contact_email, second.items[0].contact_email, second.next_cursor]).toEqual([
      ann,
      dora,
      null,
    ]);
  });

  it('says on what it was read: as Postmark says, else by the user agent, each person once', async () => {
    const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148';
    const of = async (device: string) =>
      (await report()).devices.find((one: { device: string }) => one.device === device) ?? { opened: 0, clicked: 0 };
    const before = await of('mobile');
    await reported(dora, 'Open', 9, { UserAgent: 'Outlook', Platform: 'Desktop' });
    await reported(dora, 'Open', 8, { UserAgent: phone });
    await click(dora, 8, 'https://school.example/a', phone);
    await click(dora, 5, 'https://school.example/a', phone);
    expect(await of('mobile')).toMatchObject({ opened: before.opened, clicked: before.clicked + 1 });
    expect((await of('desktop')).opened).toBe(1);
    // The next click comes within two seconds of the last: both were a scanner's; the first one stays.
    await click(dora, 5, 'https://school.example/b', phone);
    expect((await of('mobile')).clicked).toBe(before.clicked + 1);
  });

  it('says by the hour what happened', async () => {
    const { hours, later } = await report();
    const sums = (name: string) => hours.reduce((sum: number, hour: Record<string, number>) => sum + hour[name]!, 0);
    // What Postmark says came before the start is no part of the hours since.
    expect(sums('sent')).toBe(5);
    expect(sums('clicked')).toBeLessThanOrEqual(2);
    expect(later).toEqual({ sent: 0, delivered: 0, opened: 0, clicked: 0 });
  });

  it('keeps one row for all links beyond the first 200', async () => {
    await mails.app.database.run(
      `insert into cortex.broadcast_links (broadcast_id, id, url)
       select $1, gen_random_uuid(), 'https://school.example/' || n from generate_series(1, 198) n`,
      [id],
    );
    await click(ann, 3, 'https://school.example/one-too-many');
    await click(dora, 3, 'https://school.example/another');
    const other = (await report()).links.find(({ url }: { url: string | null }) => url === null);
    expect(other).toMatchObject({ people: 2, clicks: 2 });
    expect(await addresses(`link=${other.id}`)).toEqual([ann, dora]);
  });

  it('counts the signed links of Cortex as one each, though every mail has its own', async () => {
    const token = (letter: string) => `https://cortex.school.example/unsubscribe/${letter.repeat(66)}`;
    await mails.app.database.run("delete from cortex.broadcast_links where url like '%/1%'");
    await click(ann, 2, token('a'));
    await click(dora, 2, token('b'));
    const { links } = await report();
    expect(links).toContainEqual(
      expect.objectContaining({ url: 'https://cortex.school.example/unsubscribe', people: 2 }),
    );
  });

  it('gives the same people as a file, in which no cell is a formula', async () => {
    const all = await call('GET', `/${id}/recipients.csv`);
    expect(all.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(all.headers.get('content-disposition')).toContain('News.csv');
    const lines = all.body.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^contact_email,state,reason,sent_at,/);
    expect(lines).toHaveLength(7);
    expect(lines.filter((line: string) => line.startsWith(`"'+eve@beta.example","sent",""`))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/^"no@beta.example","skipped","unsubscribed",/);
    const clicked = await call('GET', `/${id}/recipients.csv?outcome=clicked&domain=beta.example`);
    expect(clicked.body.trimEnd().split('\r\n')).toHaveLength(2);
    const { body } = await mails.app.call('GET', '/audit?limit=5');
    expect(body.items.map(({ action }: { action: string }) => action)).toContain('broadcast.exported');
    expect((await mails.app.call('GET', `/email/broadcasts/${crypto.randomUUID()}/recipients.csv`)).status).toBe(404);
  });

  it('begins a draft for those who got it and did not click', async () => {
    const draft = await call('POST', `/${id}/follow-up`);
    expect(draft.status).toBe(201);
    expect(draft.body).toMatchObject({ name: 'News (did not click)', status: 'draft', subject: 'News' });
    // Whoever clicked is out, but not whose click turned out to be a machine's.
    const { items } = (await call('GET', `/${draft.body.id}/audience/people`)).body;
    expect(items.map((one: { contact_email: string }) => one.contact_email).sort()).toEqual(
      await addresses('outcome=not_clicked'),
    );
    expect((await call('POST', `/${draft.body.id}/follow-up`)).body.code).toBe('wrong_broadcast_status');
  });

  it('stands beside the broadcasts before it', async () => {
    expect((await call('GET', `/${id}/earlier`)).body.items).toEqual([]);
    const again = await call('POST', `/${id}/duplicate`, { name: 'Once more' });
    await call('POST', `/${again.body.id}/send`);
    await mails.until(
      async () => (await call('GET', `/${again.body.id}`)).body.status,
      (status) => status === 'sent',
    );
    expect((await call('GET', `/${again.body.id}/earlier`)).body.items).toMatchObject([
      { id, name: 'News', counts: { sent: 5, clicked: 2, complained: 1 } },
    ]);
  });

  it('refuses a question that no list answers', async () => {
    for (const query of ['outcome=clicked&state=sent', 'domain=alpha.example', 'outcome=delivered&domain=a.example'])
      expect((await call('GET', `/${id}/recipients?${query}`)).status).toBe(400);
  });
});

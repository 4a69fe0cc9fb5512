import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LinkTokens } from '#emails';
import { SentBroadcasts } from './broadcasts.fixture.js';
import { MessageView } from '../previews/message-view.js';

let of: SentBroadcasts;

/** Colleagues by the beginning of their address. */
async function colleagues(...names: string[]) {
  for (const name of names)
    await of.on.db.database.run(
      `insert into cortex_staff."user" (id, name, email, "emailVerified", role, banned)
       values ($1, $2, $1 || '@desk.example', true, 'viewer', $3)`,
      [name, `${name[0]!.toUpperCase()}${name.slice(1)} of the Desk`, name === 'gone'],
    );
}

const toStaff = { audience: 'staff' as const, rules: null, html: '<p>Hi {{ contact.first_name }}</p>' };
const got = () => of.on.fake.accepted.map(({ to, stream, html }) => [to, stream, /Hi \w+/.exec(html)?.[0]]);

beforeAll(async () => {
  of = await SentBroadcasts.make();
});
beforeEach(async () => {
  await of.reset();
  await of.on.db.database.run('truncate cortex_staff."user" cascade');
});
afterEach(() => of.on.fake.close());
afterAll(() => of.on.db.drop());

describe('a broadcast to colleagues', () => {
  it('goes to everybody who may sign in, as transactional mail, whatever they said as customers', async () => {
    await colleagues('ada', 'bob', 'gone');
    // Ada is a customer too, and wants no marketing mail.
    const [ada] = await of.on.people(1, 'unsubscribed');
    await of.on.db.database.run(`update cortex_staff."user" set email = $1 where id = 'ada'`, [ada!.email]);
    const id = await of.draft(toStaff);
    expect(await of.broadcasts.audience(id)).toMatchObject({ candidates: 2, skipped: {}, will_receive: 2 });
    await of.send(id);
    await of.drain(of.on.senderFor().sender, id);
    expect(got().sort()).toEqual(
      [
        [ada!.email, 'outbound', 'Hi Ada'],
        ['bob@desk.example', 'outbound', 'Hi Bob'],
      ].sort(),
    );
    expect(await of.counts(id)).toMatchObject({ candidates: 2, sent: 2, queued: 0 });
    expect(await of.statuses(id)).toEqual(['sent', 'sent']);
  });

  it('leaves out whose address is suppressed for all mail, and counts them before and after', async () => {
    await colleagues('ada', 'bob', 'cy');
    await of.on.db.database.run(
      `insert into cortex.suppressions (address, stream, reason, origin) values
         ('bob@desk.example', 'transactional', 'hard_bounce', 'test'), ('cy@desk.example', 'broadcast', 'manual', 'test')`,
    );
    const id = await of.draft(toStaff);
    expect(await of.broadcasts.audience(id)).toMatchObject({
      candidates: 3,
      skipped: { suppressed: 1 },
      will_receive: 2,
    });
    expect(await of.broadcasts.whyNot(id, 'bob@desk.example')).toBe('suppressed');
    expect(await of.broadcasts.whyNot(id, 'Cy@desk.example')).toBeNull();
    expect(await of.broadcasts.whyNot(id, 'somebody@school.example')).toBe('not_staff');
    const { items } = await of.broadcasts.audiencePeople(id, { limit: 2 });
    expect(items.map(({ contact_email, reason }) => [contact_email, reason])).toEqual([
      ['ada@desk.example', null],
      ['bob@desk.example', 'suppressed'],
    ]);
    await of.send(id);
    await of.work(id);
    // Suppressed since: the claim says so.
    await of.on.db.database.run(
      `insert into cortex.suppressions (address, stream, reason, origin) values ('cy@desk.example', 'transactional', 'manual', 'test')`,
    );
    await of.drain(of.on.senderFor().sender, id);
    expect(got().map(([to]) => to)).toEqual(['ada@desk.example']);
    expect(await of.counts(id)).toMatchObject({ candidates: 3, sent: 1, skipped: { suppressed: 2 } });
  });

  it('is shown as colleagues get it, also where the directory knows somebody else at that address', async () => {
    await colleagues('ada', 'gone');
    const [customer] = await of.on.people(1);
    const config = of.on.configWith();
    const view = new MessageView(of.on.db.database, config, new LinkTokens(of.on.db.database, config));
    const hi = { subject: 'x', html: '<p>Hi {{ contact.first_name }} {{ contact.last_name }}</p>' };
    const shown = (contact_email: string) => view.preview(hi, 'transactional', { contact_email, colleague: true });
    expect((await shown('Ada@desk.example')).html).toContain('Hi Ada of the Desk');
    for (const email of [customer!.email, 'gone@desk.example'])
      await expect(shown(email)).rejects.toMatchObject({ code: 'unknown_address' });
  });

  it('pauses, goes on, and is cancelled as any other', async () => {
    await colleagues('ada', 'bob');
    const id = await of.draft(toStaff);
    await of.send(id);
    await of.work(id);
    await of.lifecycle.pause(of.actor, id);
    await of.drain(of.on.senderFor().sender, id);
    expect(got()).toEqual([]);
    await of.lifecycle.resume(of.actor, id);
    await of.work(id);
    await of.lifecycle.cancel(of.actor, id);
    await of.drain(of.on.senderFor().sender, id);
    expect(await of.counts(id)).toMatchObject({ candidates: 2, sent: 0, cancelled: 2 });
    expect(got()).toEqual([]);
  });

  it('needs no list and no way out, and refuses what is for marketing', async () => {
    const id = await of.draft({ ...toStaff, holdout_percent: 5, local_time: true, html: '{{ links.unsubscribe }}' });
    const { problems, stream } = await of.broadcasts.get(id);
    expect(stream).toBe('transactional');
    expect(problems.map(({ pointer }) => pointer)).toEqual(['/html', '/holdout_percent', '/local_time']);
    await of.broadcasts.save(of.actor, id, { holdout_percent: 0, local_time: false, html: '<p>x</p>' });
    expect((await of.broadcasts.get(id)).problems).toEqual([]);
    await of.broadcasts.save(of.actor, id, { audience: 'lists' });
    expect((await of.broadcasts.get(id)).problems.map(({ pointer }) => pointer)).toEqual(['/include_smart_list_ids']);
  });
});

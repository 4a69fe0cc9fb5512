import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { goOnWithActions } from '#actions';
import { createLog, newId } from '#platform';
import { Queue } from '#queue';
import { FakeStripe, testDatabase, type TestDatabase } from '#testing';
import { PatientCaller, Processes, productOf } from './fault-harness.js';

const root = join(import.meta.dirname, '../../..');
const key = 'a-server-key-for-the-action-test';
const API = 0;
const COURSE = newId();
/** `npm run test:people-faults` kills at each effect of each action; else it is where most can go wrong. */
const everywhere = process.env.CORTEX_FAULT_KILLS !== undefined;
const erasing = everywhere
  ? ['suppress', 'mail', 'runs', 'sign_in', 'records', 'postmark', 'traces', 'end']
  : ['records', 'end'];
/** Of what is called elsewhere: before it, when it is done and nobody has noted it, and when all is done. */
const calling = everywhere ? ['stripe begun', 'stripe done', 'end'] : ['stripe done'];
const mailing = ['mail', 'end'].flatMap((at) =>
  ['reset_password', 'resend_welcome'].filter((one) => everywhere || one === 'reset_password').map((one) => [one, at]),
);

describe('an action whose process is killed', () => {
  let db: TestDatabase;
  let processes: Processes;
  let caller: PatientCaller;
  let queue: Queue;
  let stripe: FakeStripe;

  beforeAll(async () => {
    const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    });
    if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
    db = await testDatabase({ poolSize: 6 });
    // Whoever notes that this was done waits as long as the test holds the lock: all is written, nothing is committed.
    await db.database.run('create table public.hold_at (name text)');
    await db.database.run(
      `create function public.hold() returns trigger language plpgsql as
         $$ begin
           if exists (select from public.hold_at h where h.name in
             (coalesce(to_jsonb(new) ->> 'name', 'end'), concat_ws(' ', to_jsonb(new) ->> 'name', new.state))) then
             perform pg_advisory_xact_lock_shared(4711);
           end if;
           return new;
         end $$`,
    );
    await db.database.run(
      `create trigger hold before update on cortex.contact_action_effects for each row execute function public.hold()`,
    );
    await db.database.run(
      `create trigger hold before update on cortex.contact_actions for each row when (new.state <> 'running')
       execute function public.hold()`,
    );
    await db.database.run("insert into public.courses (id, title) values ($1, 'Light')", [COURSE]);
    const env: Record<string, string> = { ...productOf(db.url, 'http://127.0.0.1:9', key) };
    delete env.POSTMARK_SERVER_TOKEN;
    delete env.POSTMARK_API_URL;
    stripe = await FakeStripe.start();
    Object.assign(env, { STRIPE_API_KEY: stripe.key, STRIPE_API_URL: stripe.url });
    processes = new Processes(env);
    await processes.start(['api', 'worker']);
    caller = new PatientCaller(`http://127.0.0.1:${await processes.port}`, key);
    queue = new Queue({ database: db.database, log: createLog('silent', 'test') });
    await queue.start();
  }, 240_000);

  afterAll(async () => {
    await queue?.stop();
    await processes?.stop();
    await stripe?.close();
    await db?.drop();
  });

  const until = async (what: string, condition: string, values: unknown[] = []) => {
    const limit = Date.now() + 60_000;
    while (!(await db.database.row<{ good: boolean }>(`select (${condition}) as good`, values))!.good) {
      if (Date.now() > limit) throw new Error(`Waited in vain for ${what}.`);
      await pause(30);
    }
  };

  /** Begins an action, kills the API when `at` is written and not committed, and lets a worker go on until it has ended. */
  async function killAt(at: string, path: string, body: object): Promise<void> {
    await db.database.run('insert into public.hold_at values ($1)', [at]);
    await db.database.tx(async (tx) => {
      await tx.rows('select pg_advisory_xact_lock(4711)');
      const asked = fetch(`http://127.0.0.1:${await processes.port}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).catch(() => undefined);
      await until(
        'the action to be in the middle',
        `exists (select from pg_locks l join pg_database d on d.oid = l.database
           where d.datname = current_database() and locktype = 'advisory' and objid = 4711 and not granted)`,
      );
      await processes.kill(API);
      await asked;
    });
    await db.database.run('delete from public.hold_at');
    // Half a minute later.
    await db.database.run("update cortex.contact_actions set resume_at = cortex.now() where state = 'running'");
    await queue.enqueue(undefined, goOnWithActions, {});
    await until('the action to end', "not exists (select from cortex.contact_actions where state = 'running')");
  }

  /** The same; answers the person's actions. */
  async function killedAt(at: string, path: string, body: object) {
    await killAt(at, path, body);
    const [, , contact] = path.split('/');
    return (await caller.call('GET', `/contacts/${contact}/actions`)).items;
  }

  const person = async (email: string) =>
    (await caller.call('POST', '/purchase-leads', { email })).results[0].id as string;
  const contactOf = async (email: string) =>
    (await db.database.row<{ id: string }>('select id from public.unified_profiles where email = $1', [email]))?.id;
  const count = async (sql: string, values: unknown[]) =>
    (await db.database.row<{ n: number }>(`select count(*)::int as n from ${sql}`, values))!.n;
  const told = (action: string, contactEmail: string) =>
    Promise.all([
      count(`public.crm_activities where type = 'admin.${action}' and contact_email = $1`, [contactEmail]),
      count(
        `cortex.audit where action like 'contact.%' and after -> 'input' ->> 'note' = $1
           or after -> 'input' ->> 'email' = $1`,
        [contactEmail],
      ),
    ]);

  it.each(['address', 'sign_in', 'tell_old', 'end'])(
    'changes an address once: killed at “%s”',
    async (at) => {
      const [before, after] = [`${at}-old@school.example`, `${at}-new@school.example`];
      const id = await person(before);
      const actions = await killedAt(at, `/contacts/${id}/actions/update_email`, { email: after });
      expect(actions).toEqual([
        expect.objectContaining({
          state: 'done',
          effects: ['done', 'not_needed', 'done'].map((state) => expect.objectContaining({ state })),
        }),
      ]);
      expect(await told('update_email', after)).toEqual([1, 1]);
      expect(await count('cortex.people where address = any($1) and type is not null', [[before, after]])).toBe(1);
      expect(await count('cortex.messages where contact_email = $1', [before])).toBe(1);
      expect(
        await count(
          "public.crm_activities where type = 'contact.updated' and metadata -> 'changes' -> 'email' ->> 'new' = $1",
          [after],
        ),
      ).toBe(1);
    },
    60_000,
  );

  it.each(['payment', 'enrollment', 'end'])(
    'enrolls once: killed at “%s”',
    async (at) => {
      const email = `${at}-enrolled@school.example`;
      const id = await person(email);
      const actions = await killedAt(at, `/contacts/${id}/actions/enroll`, {
        course_id: COURSE,
        payment: 'elsewhere',
        amount_minor: 4900,
        currency: 'EUR',
        note: email,
      });
      expect(actions.map(({ state }: { state: string }) => state)).toEqual(['done']);
      expect(await told('enroll', email)).toEqual([1, 1]);
      expect(
        await count('public.transactions t join public.unified_profiles u on u.id = t.profile_id where u.email = $1', [
          email,
        ]),
      ).toBe(1);
      expect(
        await count('public.enrollments e join public.unified_profiles u on u.id = e.profile_id where u.email = $1', [
          email,
        ]),
      ).toBe(1);
      expect(
        await count("public.crm_activities where contact_email = $1 and type in ('order.paid', 'course.enrolled')", [
          email,
        ]),
      ).toBe(2);
    },
    60_000,
  );

  it.each(['refund', 'enrollment', 'sign_in', 'sessions', 'end'])(
    'revokes access and refunds once: killed at “%s”',
    async (at) => {
      const email = `${at}-revoked@school.example`;
      const order = { external_id: `order-${at}-4711`, amount_minor: 4900, currency: 'EUR' };
      await caller.call('POST', '/enrollments', { email, course_id: COURSE, transaction: order });
      const profile = (await contactOf(email))!;
      await db.database.run('insert into cortex_customers."user" (id) values ($1)', [profile]);
      await db.database.run(
        `insert into cortex_customers.session (id, token, "expiresAt", "updatedAt", "userId")
         values ($1::text, $1::text, now() + interval '1 day', now(), $2)`,
        [newId(), profile],
      );
      const wish = { reason: email, confirm: '4711' };
      const actions = await killedAt(at, `/contacts/${profile}/actions/revoke_access`, wish);
      const effects = [{ state: 'not_needed' }, ...Array(4).fill({ state: 'done' })];
      expect(actions).toMatchObject([{ state: 'done', effects }]);
      const happened = (type: string) =>
        count('public.crm_activities where contact_email = $1 and type = $2', [email, type]);
      expect([
        await happened('order.refunded'),
        await happened('course.cancelled'),
        await happened('admin.revoke_access'),
        await count("cortex.audit where after -> 'input' ->> 'reason' = $1", [email]),
        await count('cortex_customers."user" where id = $1 and banned', [profile]),
        await count('cortex_customers.session where "userId" = $1', [profile]),
      ]).toEqual([1, 1, 1, 1, 1, 0]);
    },
    60_000,
  );

  it.each(calling)(
    'gives the money back at Stripe once: killed at “%s”',
    async (at) => {
      const email = `${at.replace(' ', '-')}-stripe@school.example`;
      const charge = stripe.charge({ amount: 4900, email });
      const transaction = { external_id: charge.id, amount_minor: 4900, currency: 'EUR' };
      await caller.call('POST', '/enrollments', { email, course_id: COURSE, transaction });
      const id = (await contactOf(email))!;
      const wish = { reason: email, confirm: charge.id.slice(-4), refund_at_stripe: true };
      const actions = await killedAt(at, `/contacts/${id}/actions/revoke_access`, wish);
      expect(actions).toMatchObject([{ state: 'done', effects: [{ name: 'stripe', state: 'done' }, {}, {}, {}, {}] }]);
      expect(stripe.refunds.filter((one) => one.charge === charge.id)).toMatchObject([{ amount: 4900 }]);
      expect([
        await count("public.transactions where external_id = $1 and status = 'refunded'", [charge.id]),
        await count("public.crm_activities where contact_email = $1 and type = 'order.refunded'", [email]),
        await count("public.crm_activities where contact_email = $1 and type = 'admin.revoke_access'", [email]),
      ]).toEqual([1, 1, 1]);
    },
    60_000,
  );

  it.each(calling)(
    'fetches each order once: killed at “%s”',
    async (at) => {
      const email = `${at.replace(' ', '-')}-synced@school.example`;
      const id = await person(email);
      const customer = stripe.customer(email);
      const charges = [stripe.charge({ customer }), stripe.charge({ customer })];
      const actions = await killedAt(at, `/contacts/${id}/actions/sync_orders`, {});
      expect(actions).toMatchObject([{ state: 'done', effects: [{ name: 'stripe', state: 'done' }] }]);
      expect([
        await count('public.transactions where external_id = any($1)', [charges.map((one) => one.id)]),
        await count("public.crm_activities where contact_email = $1 and type = 'order.paid'", [email]),
        await count("public.crm_activities where contact_email = $1 and type = 'admin.sync_orders'", [email]),
      ]).toEqual([2, 2, 1]);
    },
    60_000,
  );

  it.each(everywhere ? ['link', 'unlink', 'end'] : ['end'])(
    'links two accounts once, and parts them once: killed at “%s”',
    async (at) => {
      const [one, other] = [await person(`${at}-head@school.example`), await person(`${at}-other@school.example`)];
      const body = { other_contact_id: other };
      await killAt(at === 'unlink' ? 'end' : at, `/contacts/${one}/actions/link_accounts`, body);
      const links = () =>
        count('cortex.person_links k join cortex.people p on p.person_id = k.into_person_id where p.id = $1', [one]);
      expect(await links()).toBe(1);
      await killAt(at === 'link' ? 'end' : at, `/contacts/${one}/actions/unlink_accounts`, {});
      expect(await links()).toBe(0);
      const { items } = await caller.call('GET', `/contacts/${one}/actions`);
      expect(items.map(({ action, state }: any) => [action, state])).toEqual([
        ['unlink_accounts', 'done'],
        ['link_accounts', 'done'],
      ]);
      expect(
        await count("public.crm_activities where contact_email = $1 and type ~ '^admin[.](un)?link_accounts$'", [
          `${at}-head@school.example`,
        ]),
      ).toBe(2);
    },
    60_000,
  );

  it.each(mailing)(
    'mails one link for a new password: %s, killed at “%s”',
    async (action, at) => {
      const email = `${at}-${action.replace('_', '-')}@school.example`;
      const { results } = await caller.call('POST', '/profiles', { email });
      const actions = await killedAt(at, `/contacts/${results[0].id}/actions/${action}`, {});
      expect(actions).toMatchObject([{ state: 'done', effects: [{ state: 'done' }] }]);
      expect([
        await count('cortex.messages where contact_email = $1', [email]),
        await count('public.crm_activities where contact_email = $1 and type = $2', [email, `admin.${action}`]),
        await count('cortex.customer_password_links where profile_id = $1', [results[0].id]),
      ]).toEqual([1, 1, 1]);
    },
    60_000,
  );

  it.each(['sign_in', 'enrollment', 'end'])(
    'restores access once: killed at “%s”',
    async (at) => {
      const email = `${at}-restored@school.example`;
      await caller.call('POST', '/enrollments', { email, course_id: COURSE });
      const profile = (await contactOf(email))!;
      await caller.call('POST', `/contacts/${profile}/actions/revoke_access`, { reason: 'By mistake' });
      const actions = await killedAt(at, `/contacts/${profile}/actions/restore_access`, {});
      expect(actions[0]).toMatchObject({ state: 'done', effects: [{ state: 'done' }, { state: 'done' }] });
      expect([
        await count("public.enrollments where profile_id = $1 and status = 'active'", [profile]),
        await count('cortex_customers."user" where id = $1 and banned', [profile]),
        await count('public.crm_activities where contact_email = $1 and type = $2', [email, 'admin.restore_access']),
      ]).toEqual([1, 0, 1]);
    },
    60_000,
  );

  it.each(erasing)(
    'erases a person once: killed at “%s”',
    async (at) => {
      const [email, reason] = [`${at}-erased@school.example`, `Asked for it, killed at ${at}`];
      const order = { external_id: `order-${at}-erased`, amount_minor: 4900, currency: 'EUR' };
      await caller.call('POST', '/enrollments', { email, course_id: COURSE, transaction: order });
      const profile = (await contactOf(email))!;
      await caller.call('POST', `/contacts/${profile}/notes`, { text: `Wrote from ${email}` });
      await killAt(at, `/contacts/${profile}/erase`, { reason, confirm: email });
      const action = await db.database.row(
        `select a.state, (select array_agg(distinct e.state) from cortex.contact_action_effects e
           where e.action_id = a.id and e.state not in ('done', 'not_needed')) as open
         from cortex.contact_actions a where a.input ->> 'reason' = $1`,
        [reason],
      );
      expect(action).toEqual({ state: 'done', open: null });
      // Whatever text of any table still named them would be changed by this.
      expect(await db.database.row("select cortex.erase_text(array[$1], null, '{}')::int as rows", [email])).toEqual({
        rows: 0,
      });
      expect([
        await count('cortex.erased_addresses where hash = cortex.erased_hash($1)', [email]),
        await count('public.transactions where profile_id = $1 and amount_minor = 4900', [profile]),
        await count("cortex.audit where action = 'contact.erased' and after -> 'input' ->> 'reason' = $1", [reason]),
      ]).toEqual([1, 1, 1]);
    },
    60_000,
  );

  it.each(everywhere ? ['allow', 'end'] : ['end'])(
    'allows an erased address again once: killed at “%s”',
    async (at) => {
      const email = `${at}-allowed@school.example`;
      const before = await person(email);
      await caller.call('POST', `/contacts/${before}/erase`, { reason: 'Asked for it', confirm: email });
      const id = await person(email);
      const actions = await killedAt(at, `/contacts/${id}/actions/allow_address`, { reason: 'Wrote to us' });
      expect(actions).toMatchObject([{ state: 'done', effects: [{ state: 'done' }] }]);
      expect([
        await count('cortex.erased_addresses where hash = cortex.erased_hash($1)', [email]),
        await count('cortex.people where id = $1 and (suppressed_broadcast or suppressed_transactional)', [id]),
        await count("public.crm_activities where contact_email = $1 and type = 'admin.allow_address'", [email]),
      ]).toEqual([0, 0, 1]);
    },
    60_000,
  );
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLog, newId } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { Forgetting } from './forgetting.js';
import { KeptData } from './kept-data.js';

const ANN = 'ann@kept.example';

describe('data that is older than it is kept', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let forgetting: Forgetting;
  let run: { id: string; automation_id: string; person_id: string };

  const sql = <T = Record<string, unknown>>(text: string, values: unknown[] = []) => db.database.rows<T>(text, values);
  const keep = (retention: Record<string, number | null>) =>
    sql('update cortex.settings set retention = retention || $1::jsonb', [JSON.stringify(retention)]);
  const round = async (kind: string) =>
    (await sql('select deleted::int as deleted, ended_at from cortex.retention_rounds where kind = $1', [kind]))[0];
  const types = async () =>
    (await sql<{ type: string }>('select type from public.crm_activities order by occurred_at, id')).map(
      ({ type }) => type,
    );
  const nextNight = async (kind: string) =>
    (await new KeptData(db.database).look({})).items.find((item) => item.kind === kind)!.next_night;

  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    forgetting = new Forgetting(db.database, createLog('silent', 'test'));
    await line.lead(ANN);
    await line.live({
      schema: 1,
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'quiz.done' } },
        { id: 'wait', type: 'wait', config: { for: { n: 700, unit: 'days' } } },
      ],
      edges: [{ source: 'start', port: 'next', target: 'wait' }],
    });
    await line.post(ANN, { type: 'quiz.done' }, { type: 'page.seen' });
    await line.settle();
    [run] = (await sql(
      "select id, automation_id, person_id from cortex.automation_runs where status = 'waiting'",
    )) as unknown as [typeof run];
    expect(run).toBeDefined();
    // More than a page of what happened before there were months, then a day of a later year.
    await line.post(
      ANN,
      ...Array.from({ length: 300 }, (_, at) => ({
        type: 'long.ago',
        ago: (800 + (300 - at) / 300) * 86_400,
        history: true,
        metadata: { last: at === 299 },
      })),
    );
    await line.settle();
    await db.clock.advance({ days: 200 });
    await line.post(ANN, { type: 'yesterday', ago: 86_400 }, { type: 'last.month', ago: 40 * 86_400 });
    await line.settle();
  });
  afterAll(() => db.drop());

  it('stays as long as nobody sets a time, and webhook calls go after a month', async () => {
    const call = `insert into cortex.webhook_calls (automation_id, run_id, node_id, visit, person_id, url, content_type, body, state, created_at, settled_at)
      values ($1, $2, 'hook', $4, $3, 'https://hook.example', 'text/plain', 'x', $5, cortex.now() - interval '90 days', cortex.now() - $6::interval)`;
    const of = [run.automation_id, run.id, run.person_id];
    await sql(call, [...of, 1, 'delivered', '40 days']);
    await sql(call, [...of, 2, 'dead', '20 days']);
    await sql(call, [...of, 3, 'queued', null]);
    expect(await nextNight('webhook_calls')).toEqual({ rows: 1, more: false });
    const before = await types();
    await forgetting.night();
    expect(await sql('select visit from cortex.webhook_calls order by visit')).toEqual([{ visit: 2 }, { visit: 3 }]);
    expect(await types()).toEqual(before);
    expect(await round('activities')).toBeUndefined();
  });

  it('goes step by step, and goes on behind the step that was killed', async () => {
    await sql("insert into cortex.activity_keys (key, occurred_at) values ($1, now() - interval '2 years')", [newId()]);
    await sql(`insert into public.crm_smart_lists (id, name, rules) values ($1, 'Some', '{}')`, [run.id]);
    await sql(
      `insert into cortex.list_keeping (smart_list_id, state, means) values ($1, 'kept', '[["1", "rules", {"field": "activity"}]]')`,
      [run.id],
    );
    await keep({ activities_months: 3 });
    expect((await nextNight('activities'))!.rows).toBeGreaterThanOrEqual(302);
    await sql(
      `create function cortex.kill() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$`,
    );
    await sql(`create trigger kill before delete on cortex.crm_activities_default for each row
      when (old.metadata @> '{"last": true}') execute function cortex.kill()`);
    await expect(forgetting.night(undefined, 1)).rejects.toThrow('killed');
    const left = (await types()).filter((type) => type === 'long.ago').length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(300);
    const [place] = await sql<{ page: string }>(
      "select page from cortex.retention_places where place = 'cortex.crm_activities_default'",
    );
    expect(Number(place!.page)).toBeGreaterThan(0);

    await sql('drop trigger kill on cortex.crm_activities_default');
    // A night that ends after its first look leaves the rest to the next.
    let looks = 0;
    const short = {
      get aborted() {
        looks += 1;
        return looks > 2;
      },
    } as AbortSignal;
    await forgetting.night(short, 1);
    expect((await round('activities'))!.ended_at).toBeNull();
    await forgetting.night(undefined, 1);

    // What began an open run stays, and nothing younger goes.
    expect(await types()).toEqual(['quiz.done', 'last.month', 'yesterday']);
    expect(await sql('select from cortex.activity_keys')).toHaveLength(1);
    expect(await sql('select state, means from cortex.list_keeping')).toEqual([{ state: 'stale', means: null }]);
    const months = await sql<{ place: string }>('select place from cortex.activity_months(cortex.now())');
    expect(months.map(({ place: name }) => name)).not.toContain('crm_activities_2025_12');
    const { deleted, ended_at } = (await round('activities'))!;
    expect(deleted).toBeGreaterThanOrEqual(301);
    expect(ended_at).not.toBeNull();
    const audited = await sql(
      "select after ->> 'rows' as rows from cortex.audit where action = 'data.deleted' and target_kind = 'activities'",
    );
    expect(audited).toEqual([{ rows: String(deleted) }]);
    expect(await nextNight('activities')).toEqual({ rows: 1, more: false });

    await forgetting.night();
    expect(await round('activities')).toMatchObject({ deleted });
    // With a longer time nothing comes back, and it is still known what is missing.
    const since = async () => (await new KeptData(db.database).look({})).activities_known_since;
    const known = await since();
    await keep({ activities_months: 24 });
    await forgetting.night();
    expect(await since()).toBe(known);
  });

  it('takes what unknown visitors did, and never what has become a person’s', async () => {
    const visit = (visitor: string, age: string, person: string | null = null) =>
      sql(
        `insert into public.crm_activities (anonymous_id, person_id, contact_email, type, occurred_at, source)
         values ($1, $2::uuid, case when $2::uuid is not null then $4::citext end, 'page_view', cortex.now() - $3::interval, 'browser')`,
        [visitor, person, age, ANN],
      );
    for (const [visitor, age] of [
      ['long ago', '3 years'],
      ['old', '300 days'],
      ['young', '20 days'],
    ] as const)
      await visit(visitor, age);
    await visit('joined', '300 days', run.person_id);
    await sql('delete from cortex.activity_inbox');
    await sql("delete from cortex.retention_rounds where kind = 'visitors'");
    const visitors = async () =>
      (
        await sql<{ anonymous_id: string }>(
          'select anonymous_id from public.crm_activities where anonymous_id is not null order by occurred_at, 1',
        )
      ).map((row) => row.anonymous_id);
    // Six months, as nobody has set anything else.
    expect(await nextNight('visitors')).toEqual({ rows: 2, more: false });
    await forgetting.night();
    expect(await visitors()).toEqual(['joined', 'young']);
    expect(Number((await round('visitors'))!.deleted)).toBe(2);
    await sql('delete from public.crm_activities where anonymous_id is not null');
  });

  it('takes from mails what they said, and leaves that they were sent', async () => {
    const content = async (name: string) =>
      (
        await sql<{ id: string }>(
          `insert into cortex.mail_contents (hash, subject, html, created_at)
           values (sha256(convert_to($1, 'UTF8')), 'Hi', $1, cortex.now() - interval '1 year') returning id`,
          [name],
        )
      )[0]!.id;
    const [old, used, pinned] = [await content('old'), await content('used'), await content('pinned')];
    await sql(`update cortex.automation_versions set pins = jsonb_build_object('mail', $1::text)`, [pinned]);
    const mail = (key: string, of: string, state: string, age: string) =>
      sql(
        `insert into cortex.messages (dedupe_key, person_id, contact_email, stream, content_id, data, subject, state, created_at)
         values ($1, $2, $3, 'transactional', $4, '{"contact": {"first_name": "Ann"}}', 'Hi Ann', $5, cortex.now() - $6::interval)`,
        [key, run.person_id, ANN, of, state, age],
      );
    await mail('old', old, 'sent', '300 days');
    await mail('old-used', used, 'sent', '300 days');
    await mail('undecided', used, 'unknown', '300 days');
    await mail('young', used, 'sent', '10 days');
    for (const age of ['300 days', '10 days'])
      await sql(
        `insert into cortex.webhook_events (key, record_type, payload, received_at)
         values ($1, 'Delivery', '{"Recipient": "ann@kept.example"}', cortex.now() - $2::interval)`,
        [newId(), age],
      );
    await keep({ mails_months: 6 });
    expect(await nextNight('mails')).toEqual({ rows: 2, more: false });

    await forgetting.night();
    expect(
      await sql(
        `select dedupe_key, data <> '{}' as data, subject is not null as subject, state from cortex.messages order by 1`,
      ),
    ).toEqual([
      { dedupe_key: 'old', data: false, subject: false, state: 'sent' },
      { dedupe_key: 'old-used', data: false, subject: false, state: 'sent' },
      { dedupe_key: 'undecided', data: true, subject: true, state: 'unknown' },
      { dedupe_key: 'young', data: true, subject: true, state: 'sent' },
    ]);
    expect(await sql('select from cortex.webhook_events')).toHaveLength(1);
    const texts = async () =>
      Object.fromEntries(
        (await sql<{ id: string; html: string }>('select id, html from cortex.mail_contents')).map(({ id, html }) => [
          id,
          html,
        ]),
      );
    // In the first night nobody finds the text any more; in the second it goes.
    expect(await texts()).toMatchObject({ [old]: 'old' });
    await forgetting.night();
    expect(await texts()).toMatchObject({ [used]: 'used', [pinned]: 'pinned' });
    expect((await texts())[old]).toContain('kept no longer');
    expect((await round('mails'))!.ended_at).not.toBeNull();
  });

  it('takes what was rejected', async () => {
    const error = `insert into cortex.trigger_errors (trigger_name, sqlstate, message, happened_at)
      values ('t', 'XX000', $1, cortex.now() - $2::interval)`;
    await sql(error, ['old', '100 days']);
    await sql(error, ['young', '1 day']);
    const failure = `insert into cortex.inbox_failures (activity_id, person_id, occurred_at, history, error, attempts, next_try_at)
      values ($1, $2, cortex.now() - interval '100 days', false, 'no', 5, $3)`;
    await sql(failure, [newId(), run.person_id, null]);
    await sql(failure, [newId(), run.person_id, '2199-01-01']);
    await keep({ rejected_months: 2 });
    await forgetting.night();
    expect(await sql("select message from cortex.trigger_errors where sqlstate = 'XX000'")).toEqual([
      { message: 'young' },
    ]);
    expect(await sql('select from cortex.inbox_failures')).toHaveLength(1);
  });

  it('jobs go 90 days after they ended, but for those that can be undone or whose file is here', async () => {
    await sql('delete from cortex.jobs');
    const file = newId();
    await sql(
      "insert into cortex.files (id, name, expires_at) values ($1, 'people.csv', cortex.now() + interval '1 day')",
      [file],
    );
    const job = (name: string, ended: number | null, more: Record<string, unknown> = {}) =>
      sql(
        `insert into cortex.jobs (kind, action, status, actor, can_undo, file_id, created_at, ended_at)
         select 'contacts.import', $1, $2, '{}', $3, $4, cortex.now() - interval '1 year', cortex.now() - make_interval(days => $5)`,
        [name, more.status ?? 'completed', more.can_undo ?? false, more.file_id ?? null, ended],
      );
    await job('old', 91);
    await job('failed', 100, { status: 'failed' });
    await job('young', 89);
    await job('undoable', 91, { can_undo: true });
    await job('with a file', 91, { file_id: file });
    await job('running', null, { status: 'running' });
    await forgetting.night();
    expect(
      (await sql<{ action: string }>('select action from cortex.jobs order by action')).map((one) => one.action),
    ).toEqual(['running', 'undoable', 'with a file', 'young']);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seedLeads, seriousProblems, signIn, testApp, until, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { takePictures } from './pictures.js';

const READERS = 1_200;
const domains = ['gmail.example', 'school.example', 'mail.example', 'a-university-with-a-long-name.example'];
const emailOf = (n: number) => `p${n}@${domains[n % domains.length]}`;
const everybody = { operator: 'AND', conditions: [{ field: 'first_name', operator: 'starts_with', value: 'Person' }] };
const html = `<h1>Spring at school</h1><p>Hello {{ contact.first_name }}</p>
  <p><a href="https://school.example/spring">See what is new</a> or <a href="https://school.example/prices">the prices</a></p>
  <p><a href="https://school.example/nobody">Terms</a></p>`;

describe('the report of a broadcast in a browser', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let id: string;
  const broken: string[] = [];

  const call = async (method: string, path: string, body?: unknown) =>
    (await app.call(method, `/email/broadcasts${path}`, body)).body;
  const sent = async (name: string): Promise<string> => {
    const draft = await call('POST', '', { name, subject: `${name} for you`, html, rules: everybody });
    const { will_receive } = await call('POST', `/${draft.id}/audience`);
    await call('POST', `/${draft.id}/send`, { confirm: will_receive });
    await until(async () => (await call('GET', `/${draft.id}`)).status === 'sent');
    return draft.id;
  };
  const look = async (name: string) => {
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, `report-${name}`);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, `report-${name}-whole`, page.locator('.page'));
  };
  const walk = (name: string, steps: () => Promise<void>) => it(name, steps, 240_000);
  const open = async (broadcast: string) => {
    await page.goto(`/admin/email/wizard?broadcast=${broadcast}`);
    await page.getByRole('heading', { name: 'Report' }).waitFor();
  };

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    const consentOf = (n: number) => (n < 60 ? 'unsubscribed' : 'subscribed');
    await seedLeads(
      app.database,
      Array.from({ length: READERS }, (_, n) => ({
        email: emailOf(n),
        first_name: `Person ${n}`,
        consent: consentOf(n),
      })),
    );
    await app.call('PATCH', '/settings', { name: 'School', sender_broadcast: 'School <news@school.example>' });
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin, '/admin/email-studio');
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  walk('says nothing about what has not happened', async () => {
    await open(await sent('February news'));
    await page.getByText('Nobody has enrolled or paid').waitFor();
    await page.getByTestId('hour-bars').getByText('At most 1,140 sent in an hour').waitFor();
    expect(await page.getByRole('heading', { name: 'Links' }).count()).toBe(0);
    await look('nothing-yet');
  });

  walk('shows links, hours and domains, and the people behind each number', async () => {
    id = await sent('March news');
    await app.database.run(
      `with mail as materialized (
         select m.id, row_number() over (order by m.id) as nth from cortex.messages m where m.broadcast_id = $1)
       update cortex.messages m set delivered_at = case when n.nth > 20 then cortex.now() end,
         bounced_at = case when n.nth <= 20 then cortex.now() end,
         opened_at = case when n.nth between 21 and 420 then cortex.now() + make_interval(mins => n.nth::int) end,
         clicked_at = case when n.nth between 21 and 170 then cortex.now() + make_interval(mins => n.nth::int * 3) end,
         complained_at = case when n.nth = 500 then cortex.now() end
       from mail n where n.id = m.id`,
      [id],
    );
    for (const [path, last, machine] of [
      ['spring', 160, false],
      ['prices', 40, false],
      ['prices', 25, true],
    ] as const)
      await app.database.run(
        `with link as (
           insert into cortex.broadcast_links (broadcast_id, id, url) values ($1, md5($2)::uuid, $2) on conflict do nothing)
         insert into cortex.broadcast_clicks (broadcast_id, link_id, message_id, at, machine, device)
         select $1, md5($2)::uuid, m.id, cortex.now(), $4, case when m.nth <= 60 then 'mobile' else 'desktop' end
         from (select m.id, row_number() over (order by m.id) as nth from cortex.messages m where m.broadcast_id = $1) m
         where m.nth between 21 and $3`,
        [id, `https://school.example/${path}`, last, machine],
      );
    await open(id);
    const links = page.getByRole('region', { name: 'Links' });
    await links.getByRole('row', { name: 'https://school.example/spring 140 12.3 % 140 0' }).waitFor();
    await links.getByRole('row', { name: 'https://school.example/prices 20 1.8 % 20 5' }).waitFor();
    await page.getByText('0 opens and 5 clicks by programs').waitFor();
    const map = page.frameLocator('[data-testid=click-map]');
    await map.getByText('See what is new140').waitFor();
    await map.getByText('Terms0').waitFor();
    await page
      .getByRole('region', { name: 'Domains' })
      .getByRole('row', { name: /^gmail\.example 285/ })
      .waitFor();
    await page.getByTestId('click-map').scrollIntoViewIfNeeded();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'report-click-map');
    await look('much');
    await links.getByRole('link', { name: '20' }).click();
    await page.getByText('who followed https://school.example/prices').waitFor();
    await until(async () => (await page.getByRole('region', { name: 'People' }).getByRole('row').count()) === 21);
    await page.getByRole('link', { name: '1', exact: true }).first().click();
    await until(async () => (await page.getByRole('region', { name: 'People' }).getByRole('row').count()) === 2);
    await page
      .getByRole('button', { name: 'Show everybody' })
      .click({ timeout: 1_000 })
      .catch(() => undefined);
    await look('people');
  });

  walk('lists the batches, and opens the people by device', async () => {
    await app.database.run(
      `with mail as (
         update cortex.messages m set state = 'failed', error_code = 406,
           reason = 'You tried to send to a recipient that has been marked as inactive.'
         where m.id = any(select unnest(b.message_ids[1:3]) from cortex.send_batches b where b.id = (
           select l.batch_id from cortex.broadcast_batches l where l.broadcast_id = $1 order by l.batch_id limit 1))
         returning m.batch_id)
       update cortex.send_batches b
       set trouble = '{"status": 429, "code": 0, "message": "Rate limit exceeded."}'::jsonb, outcome = 'busy'
       where b.id = any(select m.batch_id from mail m)`,
      [id],
    );
    await open(id);
    const batches = page.getByRole('region', { name: 'Batches' });
    await batches
      .getByRole('row', { name: /3: You tried to send/ })
      .getByText('Rate limit exceeded.')
      .waitFor();
    expect(await batches.getByRole('row', { name: /^\d Kept in the outbox \d+ \d+ [03] 0/ }).count()).toBe(3);
    await batches.scrollIntoViewIfNeeded();
    await look('batches');
    await page.getByRole('region', { name: 'Devices' }).getByRole('link', { name: '40', exact: true }).click();
    await page.getByText('on: phone or tablet').waitFor();
    await until(async () => (await page.getByRole('region', { name: 'People' }).getByRole('row').count()) === 41);
    await look('device-people');
  });

  walk('says what it brought, with how sure that is', async () => {
    await app.database.run(
      `insert into public.crm_activities (type, person_id, occurred_at, metadata, source)
       select k.type, m.person_id, cortex.now(), jsonb_build_object('campaign_id', $1::text), 'test'
       from (select m.person_id, row_number() over (order by m.id) as nth from cortex.messages m
         where m.broadcast_id = $1::uuid) m
       cross join (values ('email.clicked'), ('course.enrolled')) k (type) where m.nth between 21 and 43`,
      [id],
    );
    await app.database.run(
      `with held as (
         update cortex.broadcast_exclusions set reason = 'held_out' where broadcast_id = $1 returning 1)
       update cortex.broadcasts set left_out = jsonb_build_object('held_out', (select count(*) from held)) where id = $1`,
      [id],
    );
    await app.database.run("update cortex.broadcast_results set measure_at = '2020-01-01' where broadcast_id = $1", [
      id,
    ]);
    await until(async () => (await call('GET', `/${id}/report`)).results?.enrolled.people === 23);
    await open(id);
    await page.getByTestId('results').getByText('23 people enrolled within 5 days of their last click').waitFor();
    await page.getByTestId('results').getByText('between 15 and 34').waitFor();
    await page.getByTestId('held-out').getByText('Against 60 people who got nothing').waitFor();
    await look('brought');
  });

  walk('stands beside earlier broadcasts, goes into a file, and begins the next one', async () => {
    await page
      .getByRole('region', { name: 'Earlier broadcasts' })
      .getByRole('link', { name: 'February news' })
      .waitFor();
    const file = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download as CSV' }).click();
    expect((await file).suggestedFilename()).toBe('March news.csv');
    await page.getByRole('button', { name: 'Write to those who did not click' }).click();
    await page.getByRole('navigation', { name: 'Steps' }).waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('March news (did not click)');
  });

  walk('opens the people behind each number of an audience', async () => {
    const draft = await call('POST', '', { name: 'April news', subject: 'x', html, rules: everybody });
    await page.goto(`/admin/email/wizard?broadcast=${draft.id}&step=audience`);
    await page.getByTestId('funnel').getByRole('link', { name: '− 60 unsubscribed' }).click();
    await page.getByRole('heading', { name: 'Left out: unsubscribed' }).waitFor();
    const people = page.getByRole('region', { name: 'People of the audience' });
    await people
      .getByRole('row', { name: /^p\d+@.* out: unsubscribed$/ })
      .first()
      .waitFor();
    await look('audience-people');
    await page.getByRole('button', { name: 'Close' }).click();
    await people.waitFor({ state: 'detached' });
  });

  walk('shows what leaves when', async () => {
    for (const [name, day] of [
      ['Easter', 5],
      ['A long name of a broadcast for the summer term', 5],
      ['May', 20],
    ] as const) {
      const draft = await call('POST', '', { name, subject: 'x', html, rules: everybody });
      const at = new Date();
      const scheduled_at = new Date(at.getFullYear(), at.getMonth() + 1, day, 9).toISOString();
      await call('POST', `/${draft.id}/schedule`, { scheduled_at, confirm: READERS - 60 });
    }
    await page.goto('/admin/email-studio');
    await page.getByText('Calendar').click();
    await page.getByTestId('calendar').getByRole('button', { name: 'Next month' }).click();
    await page.getByTestId('calendar').getByRole('link', { name: '09:00 Easter' }).waitFor();
    await look('calendar');
    expect(broken).toEqual([]);
  });
});

/**
 * Goal 12: mails of one automation through the whole protocol (claim with consent and suppression, Liquid, intent
 * committed, batch of 500, recorded by index with activities) against a loop as one would write it by hand: select
 * 500, a template literal, the same client, one update. Cortex is measured with one batch in flight, as the loop has,
 * and as a worker runs it, with several. A B C A B C, against a fake Postmark in a process of its own. `BENCH_MAILS` is
 * how many each side sends in all.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { LinkTokens, queueMails } from '#emails';
import { createLog, newId, readConfig, type Database } from '#platform';
import { PostmarkGateway, Sender, usualLanes, type PostmarkMail } from '#send';
import { withDatabase } from './ingest-database.js';
import { median, microsecondsBetween, readServerCpu } from './server-cpu.js';

const ROUNDS = 4;
const MAILS = Math.max(1000, Math.floor(Number(process.env.BENCH_MAILS ?? 100_000) / ROUNDS));
const MUST = 0.45;
const STRETCH = 0.8;

const subject = 'You left {{ lead.course_title }} behind, {{ contact.first_name | default: "there" }}';
const html = `<!doctype html><html><body style="font-family:sans-serif">
<h1>Hello {{ contact.first_name | default: "there" }},</h1>
<p>you had a look at <b>{{ lead.course_title }}</b> and did not finish. Your place is kept for two days.</p>
<p><a href="https://school.example/checkout/{{ lead.id }}">Go on where you stopped</a></p>
{% if contact.country == "DE" %}<p>Prices include VAT.</p>{% endif %}
<p style="color:#666">{{ workspace.postal_address }}<br><a href="{{ links.unsubscribe }}">Unsubscribe</a></p>
</body></html>`;

interface Measured {
  rate: number[];
  process: number[];
  postgres: number[];
}
/** What the fake had taken before the present round. */
let leftBefore = 0;
const measured: Record<'by hand' | 'cortex, one in flight' | 'cortex', Measured> = {
  'by hand': { rate: [], process: [], postgres: [] },
  'cortex, one in flight': { rate: [], process: [], postgres: [] },
  cortex: { rate: [], process: [], postgres: [] },
};

await withDatabase(async ({ url: _url, pid, database }) => {
  const fake = fork(join(process.cwd(), 'libs/testing/src/fake-postmark.ts'), ['{"withoutBodies":true}'], {
    execArgv: ['--no-warnings'],
  });
  const [{ url }] = (await once(fake, 'message')) as [{ url: string }];
  try {
    await prepare(database);
    const config = readConfig({
      CORTEX_PUBLIC_URL: 'https://cortex.school.example',
      CORTEX_SECRET: 'bench',
      POSTMARK_SERVER_TOKEN: 'fake-token',
      POSTMARK_API_URL: url,
    });
    const gateway = new PostmarkGateway({ token: 'fake-token', url, timeoutSeconds: 30 });
    const tokens = new LinkTokens(database, config);
    const sender = new Sender({
      database,
      config,
      log: createLog('error', 'bench'),
      tokens,
      gateway,
      claimer: newId(),
    });
    for (let round = 0; round <= ROUNDS; round += 1) {
      await fill(database);
      await measure(round, 'by hand', pid, () => sendByHand(database, gateway));
      const drain = async () => {
        while (await sender.sendOne());
      };
      await measure(round, 'cortex, one in flight', pid, drain);
      await assertAllLeft(database, fake, 2 * MAILS);
      await fill(database);
      await measure(round, 'cortex', pid, () => Promise.all(Array.from({ length: usualLanes }, drain)));
      await assertAllLeft(database, fake, MAILS);
    }
  } finally {
    fake.disconnect();
  }
  report();
});

async function prepare(database: Database): Promise<void> {
  await database.run(
    `update cortex.settings set sender_broadcast = 'School <news@school.example>', postal_address = '1 Main Street'`,
  );
  await database.run("update cortex.people set country = 'DE', consent_status = 'subscribed'");
  await database.run('create schema if not exists bench');
  await database.run(
    'create table bench.mails (id uuid primary key default uuidv7(), email text, data jsonb, sent boolean not null default false, provider_id text)',
  );
  await database.run('create index on bench.mails (id) where not sent');
}

/** The same people, with the same data, queued on both sides. */
async function fill(database: Database): Promise<void> {
  await database.run('truncate bench.mails');
  await database.run(
    'truncate cortex.messages, cortex.outgoing, cortex.provider_ids, public.crm_activities, cortex.activity_inbox, cortex.send_batches',
  );
  const people = await database.rows<{ person_id: string; email: string; first_name: string; country: string }>(
    'select person_id, email, first_name, country from cortex.people order by address limit $1',
    [MAILS],
  );
  const automation_id = newId();
  const lead = { id: newId(), course_title: 'Photography 101', attributes: {} };
  for (let from = 0; from < people.length; from += 1000) {
    const mails = people.slice(from, from + 1000).map((person) => ({
      run: { automation_id, version: 1, run_id: newId(), node_id: 'first', visit: 1 },
      person_id: person.person_id,
      contact_email: person.email,
      stream: 'broadcast' as const,
      content: { subject, html },
      data: { contact: { ...person }, lead },
      dedupe_key: newId(),
    }));
    await database.tx((tx) => queueMails(tx, mails));
    await database.run(
      'insert into bench.mails (email, data) select r.email, r.data from jsonb_to_recordset($1::jsonb) as r(email text, data jsonb)',
      [JSON.stringify(mails.map(({ contact_email, data }) => ({ email: contact_email, data })))],
    );
  }
  await database.run('vacuum analyze cortex.messages, bench.mails');
}

interface HandRow {
  id: string;
  email: string;
  data: { contact: { first_name?: string; country?: string }; lead: { id: string; course_title: string } };
}

async function sendByHand(database: Database, gateway: PostmarkGateway): Promise<void> {
  for (;;) {
    const rows = await database.rows<HandRow>(
      'select id, email, data from bench.mails where not sent order by id limit 500',
    );
    if (rows.length === 0) return;
    const mails = rows.map(({ id, email, data: { contact, lead } }): PostmarkMail => {
      const name = contact.first_name || 'there';
      const vat = contact.country === 'DE' ? '<p>Prices include VAT.</p>' : '';
      const unsubscribe = `https://cortex.school.example/unsubscribe/${id}`;
      return {
        from: 'School <news@school.example>',
        to: email,
        subject: `You left ${lead.course_title} behind, ${name}`,
        html: `<!doctype html><html><body style="font-family:sans-serif">
<h1>Hello ${name},</h1>
<p>you had a look at <b>${lead.course_title}</b> and did not finish. Your place is kept for two days.</p>
<p><a href="https://school.example/checkout/${lead.id}">Go on where you stopped</a></p>
${vat}
<p style="color:#666">1 Main Street<br><a href="${unsubscribe}">Unsubscribe</a></p>
</body></html>`,
        text: `Hello ${name},\n\nyou had a look at ${lead.course_title} and did not finish. Your place is kept for two days.\n\nGo on where you stopped (https://school.example/checkout/${lead.id})\n\n1 Main Street\nUnsubscribe (${unsubscribe})`,
        stream: 'broadcast',
        metadata: { b: 'by hand', k: id },
        headers: [
          { name: 'List-Unsubscribe', value: `<${unsubscribe}>` },
          { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
        ],
        track: true,
      };
    });
    const outcome = await gateway.post(mails);
    if (outcome.kind !== 'answered') throw new Error('The fake did not answer.');
    await database.run(
      `update bench.mails m set sent = true, provider_id = s.provider_id
       from unnest($1::uuid[], $2::text[]) as s(id, provider_id) where m.id = s.id`,
      [rows.map((row) => row.id), outcome.items.map((item) => (item.accepted ? item.id : null))],
    );
  }
}

async function measure(
  round: number,
  side: keyof typeof measured,
  pid: number,
  work: () => Promise<unknown>,
): Promise<void> {
  const [postgres, cpu, began] = [await readServerCpu(pid), process.cpuUsage(), performance.now()];
  await work();
  const seconds = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  // The first round warms up.
  if (round === 0) return;
  measured[side].rate.push(MAILS / seconds);
  measured[side].process.push((used.user + used.system) / MAILS);
  measured[side].postgres.push(microsecondsBetween(postgres, await readServerCpu(pid)) / MAILS);
}

async function assertAllLeft(database: Database, fake: ChildProcess, expected: number): Promise<void> {
  const states = await database.rows('select state, count(*)::int as n from cortex.messages group by state');
  const answer = once(fake, 'message') as Promise<[{ accepted: unknown[] }]>;
  fake.send('report');
  const left = (await answer)[0].accepted.length - leftBefore;
  leftBefore += left;
  if (left !== expected || states.length !== 1 || states[0]!.state !== 'sent') {
    throw new Error(`Not every mail left: ${left} of ${expected}, ${JSON.stringify(states)}`);
  }
}

function report(): void {
  const shown = (values: number[], digits = 0) =>
    `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
  console.log(
    `Goal 12: ${ROUNDS} rounds of ${MAILS} mails on each side, ${usualLanes} batches in flight as a worker has, medians (spread).`,
  );
  console.table(
    Object.entries(measured).map(([side, { rate, process: own, postgres }]) => ({
      side,
      'mails/s': shown(rate),
      'process CPU, µs': shown(own, 1),
      'PostgreSQL CPU, µs': shown(postgres, 1),
    })),
  );
  const byHand = measured['by hand'];
  const cpu = (side: Measured, at: number) => side.process[at]! + side.postgres[at]!;
  const ratiosOf = (side: Measured) => side.rate.map((rate, at) => rate / byHand.rate[at]!);
  const ratios = ratiosOf(measured.cortex);
  const cpuRatios = byHand.rate.map((_, at) => cpu(byHand, at) / cpu(measured.cortex, at));
  console.log(
    `Mails/s ÷ by hand: ${shown(ratios, 2)}, with one batch in flight ${shown(ratiosOf(measured['cortex, one in flight']), 2)}; ` +
      `CPU by hand ÷ Cortex: ${shown(cpuRatios, 2)}. Must: ${MUST}; stretch: ${STRETCH}.`,
  );
  if (median(ratios) < MUST) process.exitCode = 1;
}

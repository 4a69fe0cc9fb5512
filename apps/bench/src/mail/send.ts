/**
 * Goal 12: mails of one automation through the whole protocol (claim with consent and suppression, Liquid, intent
 * committed, batch of 500, recorded by index with activities) against a loop as one would write it by hand: select
 * 500, a template literal, the same client, one update. Cortex is measured with one batch in flight, as the loop has,
 * and as a worker runs it, with several. A B C A B C, against a fake Postmark in a process of its own. `BENCH_MAILS` is
 * how many each side sends in all. After them the worker of production sends as many, for its memory (goal 14).
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { LinkTokens } from '#emails';
import { createLog, readConfig, type Database } from '#platform';
import { MailBody, PostmarkGateway, Sender, usualLanes, type PostmarkMail } from '#send';
import { withDatabase } from '../data/ingest-database.js';
import { allowMail, queueMailsOfOneStep } from './mail-queue.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';
import { watchSending, type WorkerMemory } from '../measuring/worker-memory.js';

const ROUNDS = 4;
const ALL = Math.max(4000, Number(process.env.BENCH_MAILS ?? 100_000));
const MAILS = Math.floor(ALL / ROUNDS);
const MUST = 0.45;
const STRETCH = 0.8;
const MEMORY_MUST = 300;
const MEMORY_STRETCH = 200;

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

await withDatabase(async ({ url: databaseUrl, pid, database }) => {
  const fake = fork(join(process.cwd(), 'libs/testing/src/fakes/postmark.ts'), ['{"withoutBodies":true}'], {
    execArgv: ['--no-warnings'],
  });
  const [{ url }] = (await once(fake, 'message')) as [{ url: string }];
  try {
    await prepare(database);
    const settings = {
      CORTEX_PUBLIC_URL: 'https://cortex.school.example',
      CORTEX_SECRET: 'only for this benchmark, 32 characters',
      POSTMARK_SERVER_TOKEN: 'fake-token',
      POSTMARK_API_URL: url,
    };
    const config = readConfig(settings);
    const gateway = new PostmarkGateway({ token: 'fake-token', url, timeoutSeconds: 30 });
    const tokens = new LinkTokens(database, config);
    const sender = new Sender(database, config, createLog('error', 'bench'), tokens, gateway);
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
    report();
    await queueMailsOfOneStep(database, ALL);
    reportMemory(await watchSending(database, { ...settings, DATABASE_URL: databaseUrl }));
  } finally {
    fake.disconnect();
  }
});

async function prepare(database: Database): Promise<void> {
  await allowMail(database);
  await database.run('create schema if not exists bench');
  await database.run(
    'create table bench.mails (id uuid primary key default uuidv7(), email text, data jsonb, sent boolean not null default false, provider_id text)',
  );
  await database.run('create index on bench.mails (id) where not sent');
}

/** The same people, with the same data, queued on both sides. */
async function fill(database: Database): Promise<void> {
  await database.run('truncate bench.mails');
  await queueMailsOfOneStep(database, MAILS, (mails) =>
    database.run(
      'insert into bench.mails (email, data) select r.email, r.data from jsonb_to_recordset($1::jsonb) as r(email text, data jsonb)',
      [JSON.stringify(mails)],
    ),
  );
  await database.run('vacuum analyze bench.mails');
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
    const body = MailBody.of(mails);
    const outcome = await gateway.post(body);
    body.empty();
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
  const report = new Promise<{ accepted: unknown[] }>((resolve) => {
    const look = (message: { report?: { accepted: unknown[] } }) => {
      // It also tells of each call.
      if (!message.report) return;
      fake.off('message', look);
      resolve(message.report);
    };
    fake.on('message', look);
  });
  fake.send('report');
  const left = (await report).accepted.length - leftBefore;
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

function reportMemory(memory: WorkerMemory & { mails: number }): void {
  console.log(
    `\nGoal 14, its sending half: the worker as production starts it, ${memory.mails} mails in ${memory.seconds.toFixed(0)} s ` +
      `(${(memory.mails / memory.seconds).toFixed(0)} mails/s), resident memory.`,
  );
  console.table([
    {
      'worker CPU, µs each': ((memory.cpu * 1e6) / memory.mails).toFixed(1),
      'before, MB': memory.idle.toFixed(0),
      'first quarter, MB': memory.early.toFixed(0),
      'last quarter, MB': memory.late.toFixed(0),
      'at most, MB': memory.most.toFixed(0),
      'must, MB': `${MEMORY_MUST}, flat`,
      'stretch, MB': MEMORY_STRETCH,
    },
  ]);
  if (memory.most > MEMORY_MUST) process.exitCode = 1;
}

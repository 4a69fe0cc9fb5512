/**
 * One broadcast of a design with 40 blocks to everybody: counted, rehearsed, frozen and sent, against a loop as one would
 * write it by hand with the same libraries (read 500, render with liquidjs, post, one update). Sending takes turns with
 * that loop, so that both are measured in one run. A second broadcast is then sent by workers as production starts them,
 * one and two, for their memory and their rate. `BENCH_MAILS` is how many people there are, a million for the figures in
 * the README; with `BENCH_PART=audience` only the audience is counted.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { BroadcastLifecycle, BroadcastLoop, Broadcasts } from '#broadcasts';
import { DesignRenderer, LinkTokens } from '#emails';
import { createLog, readConfig, systemActor, type Database } from '#platform';
import { MailBody, PostmarkGateway, Rehearsals, Sender, usualLanes, type PostmarkMail } from '#send';
import { Liquid } from 'liquidjs';
import { PEOPLE, withDatabase } from '../data/ingest-database.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';
import { mostMegabytes, watchWorker } from '../measuring/worker-memory.js';
import { countAudiences } from './audience-counts.js';
import { allowMail } from './mail-queue.js';

const ALL = Math.max(PEOPLE, Number(process.env.BENCH_MAILS ?? PEOPLE));
const ROUNDS = 4;
/** Mails that each side sends in a round. */
const TURN = Math.floor(Math.min(ALL, 200_000) / (ROUNDS + 1));
const BLOCKS = 40;
const RATE_MUST = 0.45;
const RATE_STRETCH = 0.8;
const COUNT_MUST_MS = 300;
const MEMORY_MUST = 300;
const actor = systemActor('bench');

interface Cost {
  seconds: number;
  process: number;
  postgres: number;
}

const settings = {
  CORTEX_PUBLIC_URL: 'https://cortex.school.example',
  CORTEX_SECRET: 'only for this benchmark, 32 characters',
  POSTMARK_SERVER_TOKEN: 'fake-token',
};

await withDatabase(async ({ url: databaseUrl, pid, database }) => {
  const fake = fork(join(process.cwd(), 'libs/testing/src/fakes/postmark.ts'), ['{"withoutBodies":true}'], {
    execArgv: ['--no-warnings'],
  });
  const [{ url }] = (await once(fake, 'message')) as [{ url: string }];
  const env = { ...settings, POSTMARK_API_URL: url, DATABASE_URL: databaseUrl };
  try {
    await addPeople(database);
    const config = readConfig(env);
    const log = createLog('error', 'bench');
    const gateway = new PostmarkGateway({ token: 'fake-token', url, timeoutSeconds: 30 });
    const sender = new Sender(database, config, log, new LinkTokens(database, config), gateway);
    const broadcasts = new Broadcasts(database, new DesignRenderer(database, config));
    const lifecycle = new BroadcastLifecycle(database, broadcasts);
    const loop = new BroadcastLoop(database, lifecycle, log);
    const rehearsals = new Rehearsals(database, config, log);
    /** What `work` costs, in microseconds of processor for each of `mails`. */
    const cost = async (mails: number, work: () => Promise<unknown>): Promise<Cost> => {
      const [postgres, cpu, began] = [await readServerCpu(pid), process.cpuUsage(), performance.now()];
      await work();
      const used = process.cpuUsage(cpu);
      return {
        seconds: (performance.now() - began) / 1000,
        process: (used.user + used.system) / mails,
        postgres: microsecondsBetween(postgres, await readServerCpu(pid)) / mails,
      };
    };

    const { id } = await broadcasts.create(actor, draft());
    const { will_receive } = await broadcasts.audience(id);
    if (will_receive !== ALL) throw new Error(`${will_receive} would receive it, not ${ALL}.`);
    console.log(`\nOne broadcast to ${ALL} people, a design of ${BLOCKS} blocks.`);
    const count = await countAudiences({ database, pid }, broadcasts, draft());
    console.log(`The audience is counted in ${count.toFixed(0)} ms (must: ${COUNT_MUST_MS} for a million).`);
    if (count > COUNT_MUST_MS) process.exitCode = 1;
    if (process.env.BENCH_PART === 'audience') return;

    const rehearsal = await cost(ALL, async () => {
      await rehearsals.begin(id);
      while (await rehearsals.once());
    });
    tell('rehearsed', rehearsal, ALL);
    await lifecycle.send(actor, id, ALL, 0);
    const preparing = async () => (await broadcasts.get(id)).status === 'preparing';
    const frozen = await cost(ALL, async () => {
      while (await preparing()) await loop.once();
    });
    tell('frozen', frozen, ALL);

    const byHand = await handLoop(database, gateway, id);
    const measured: Record<'hand' | 'cortex', Cost[]> = { hand: [], cortex: [] };
    const sent = async () => (await broadcasts.get(id)).counts.sent;
    let left = 0;
    for (let round = 0; round <= ROUNDS; round += 1) {
      const hand = await cost(TURN, () => byHand(TURN));
      left += TURN;
      const cortex = await cost(TURN, () => sendUntil(sent, sender, loop, left));
      // The first round warms up.
      if (round === 0) continue;
      measured.hand.push(hand);
      measured.cortex.push(cortex);
    }
    report(measured);
    await sendUntil(sent, sender, loop, ALL);
    await assertEverybodyOnce(fake, ALL + TURN * (ROUNDS + 1));

    for (const workers of [1, 2]) {
      const next = await broadcasts.create(actor, draft());
      await byWorkers(database, env, workers, () => lifecycle.send(actor, next.id, ALL, 0), next.id);
    }
  } finally {
    fake.disconnect();
  }
});

async function addPeople(database: Database): Promise<void> {
  await database.run(
    `insert into unified_profiles (email, first_name)
     select 'person' || n || '@example.com', 'Ann' from generate_series($1::int, $2::int) n`,
    [PEOPLE + 1, ALL],
  );
  await allowMail(database);
  await database.run('vacuum analyze');
}

/** A letter of 40 blocks, in which ten speak of the reader. */
function draft() {
  const children = Array.from({ length: BLOCKS }, (_, n) => ({
    tagName: 'mj-text',
    attributes: {},
    content:
      n % 4 === 0
        ? `<p>{{ contact.first_name | default: "there" }}, paragraph ${n + 1} is written to you. {% if contact.country == "DE" %}Prices include VAT.{% endif %}</p>`
        : `<p>Paragraph ${n + 1} of a letter that many people get at the same time, with <a href="https://school.example/news/${n}">something to read</a>.</p>`,
  }));
  const column = { tagName: 'mj-column', attributes: {}, children };
  return {
    name: 'News',
    subject: 'News for {{ contact.first_name | default: "you" }}',
    editor: 'mjml' as const,
    design: { v: 1, body: {}, rows: [{ tagName: 'mj-section', attributes: {}, children: [column] }] },
    rules: { operator: 'AND' as const, conditions: [{ field: 'type', operator: 'eq', value: 'customer' }] },
  };
}

/** The loop by hand over people of its own, with the same mail: sends so many more at each call. */
async function handLoop(database: Database, gateway: PostmarkGateway, id: string) {
  await database.run('create schema if not exists bench');
  await database.run(
    `create table bench.mails as select uuidv7() as id, email::text as email,
       jsonb_build_object('contact', jsonb_build_object('first_name', first_name, 'country', country)) as data,
       false as sent, null::text as provider_id
     from cortex.people order by person_id limit ${TURN * (ROUNDS + 1)}`,
  );
  await database.run('alter table bench.mails add primary key (id)');
  await database.run('create index on bench.mails (id) where not sent');
  await database.run('vacuum analyze bench.mails');
  const mail = (await database.row<{ subject: string; html: string; text: string }>(
    `select c.subject, c.html, coalesce(c.text, '') as text from cortex.mail_contents c
     where c.id = (select b.content_id from cortex.broadcasts b where b.id = $1)`,
    [id],
  ))!;
  const liquid = new Liquid({ outputEscape: 'escape' });
  const parts = { subject: liquid.parse(mail.subject), html: liquid.parse(mail.html), text: liquid.parse(mail.text) };
  return async (mails: number) => {
    for (let sent = 0; sent < mails; sent += 500) {
      const rows = await database.rows<{ id: string; email: string; data: object }>(
        'select id, email, data from bench.mails where not sent order by id limit $1',
        [Math.min(500, mails - sent)],
      );
      const made = rows.map(({ id: key, email, data }): PostmarkMail => {
        const unsubscribe = `https://cortex.school.example/unsubscribe/${key}`;
        const values = { ...data, links: { unsubscribe }, workspace: { postal_address: '1 Main Street' } };
        const render = (part: keyof typeof parts) => liquid.renderSync(parts[part], values) as string;
        return {
          from: 'School <news@school.example>',
          to: email,
          subject: render('subject'),
          html: render('html'),
          text: render('text'),
          stream: 'broadcast',
          metadata: { b: 'by hand', k: key },
          headers: [
            { name: 'List-Unsubscribe', value: `<${unsubscribe}>` },
            { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
          ],
          track: true,
        };
      });
      const body = MailBody.of(made);
      const outcome = await gateway.post(body);
      body.empty();
      if (outcome.kind !== 'answered') throw new Error('The fake did not answer.');
      await database.run(
        `update bench.mails m set sent = true, provider_id = s.provider_id
         from unnest($1::uuid[], $2::text[]) as s(id, provider_id) where m.id = s.id`,
        [rows.map((row) => row.id), outcome.items.map((item) => (item.accepted ? item.id : null))],
      );
    }
  };
}

/** Sends as a worker does, with its batches in flight and its loop, until so many are sent. */
async function sendUntil(
  sent: () => Promise<number>,
  sender: Sender,
  loop: BroadcastLoop,
  goal: number,
): Promise<void> {
  let done = false;
  const feeding = async () => {
    while (!done) if (!(await loop.once())) await rest(50);
  };
  const lane = async () => {
    while (!done) if (!(await sender.sendOne())) await rest(20);
  };
  const watching = async () => {
    while ((await sent()) < goal) await rest(200);
    done = true;
  };
  await Promise.all([feeding(), watching(), ...Array.from({ length: usualLanes }, lane)]);
}

async function assertEverybodyOnce(fake: ChildProcess, expected: number): Promise<void> {
  const answer = new Promise<{ accepted: unknown[] }>((resolve) =>
    fake.on('message', ({ report }: { report?: { accepted: unknown[] } }) => report && resolve(report)),
  );
  fake.send('report');
  const { accepted } = await answer;
  if (accepted.length !== expected) throw new Error(`${accepted.length} mails left, not ${expected}.`);
}

async function byWorkers(
  database: Database,
  env: Record<string, string>,
  workers: number,
  send: () => Promise<unknown>,
  id: string,
): Promise<void> {
  const others = Array.from({ length: workers - 1 }, () =>
    spawn(process.execPath, [join(process.cwd(), 'dist/apps/worker/src/main.js')], {
      env: { ...process.env, LOG_LEVEL: 'error', ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  try {
    const left = async () => {
      const row = await database.row<{ status: string }>('select status from cortex.broadcasts where id = $1', [id]);
      return row!.status === 'sent' ? 0 : 1;
    };
    const memory = await watchWorker(database, env, { begin: send, left });
    const beside = await Promise.all(others.map(({ pid }) => mostMegabytes(pid!)));
    console.log(
      `${workers === 1 ? 'One worker' : 'Two workers'} of production: ${ALL} mails frozen and sent in ${memory.seconds.toFixed(0)} s ` +
        `(${(ALL / memory.seconds).toFixed(0)} mails/s), resident memory of one: before ${memory.idle.toFixed(0)} MB, ` +
        `first quarter ${memory.early.toFixed(0)}, last quarter ${memory.late.toFixed(0)}, at most ${memory.most.toFixed(0)}` +
        `${beside.map((most) => `, of the other at most ${most.toFixed(0)}`).join('')} (must: ${MEMORY_MUST}, flat).`,
    );
    if (Math.max(memory.most, ...beside) > MEMORY_MUST) process.exitCode = 1;
  } finally {
    for (const other of others) {
      const gone = once(other, 'exit');
      if (other.exitCode === null && other.kill('SIGTERM')) await gone;
    }
  }
}

function tell(what: string, { seconds, process: own, postgres }: Cost, mails: number): void {
  console.log(
    `${what}: ${seconds.toFixed(1)} s, ${(mails / seconds).toFixed(0)} people/s; process ${own.toFixed(0)} µs, PostgreSQL ${postgres.toFixed(0)} µs each.`,
  );
}

function report({ hand, cortex }: Record<'hand' | 'cortex', Cost[]>): void {
  const spread = (values: number[], digits = 0) =>
    `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
  const row = (side: string, costs: Cost[]) => ({
    side,
    'mails/s': spread(costs.map(({ seconds }) => TURN / seconds)),
    'process CPU, µs': spread(costs.map((cost) => cost.process)),
    'PostgreSQL CPU, µs': spread(costs.map((cost) => cost.postgres)),
  });
  console.table([row('by hand', hand), row(`cortex, ${usualLanes} batches in flight`, cortex)]);
  const rates = cortex.map(({ seconds }, at) => hand[at]!.seconds / seconds);
  const all = ({ process: own, postgres }: Cost) => own + postgres;
  const cpus = cortex.map((cost, at) => all(hand[at]!) / all(cost));
  console.log(
    `Mails/s ÷ by hand: ${spread(rates, 2)}; CPU by hand ÷ Cortex: ${spread(cpus, 2)}. Must: ${RATE_MUST}; stretch: ${RATE_STRETCH}.`,
  );
  if (median(rates) < RATE_MUST) process.exitCode = 1;
}

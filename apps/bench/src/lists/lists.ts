/**
 * Goals 9, 10 and 10c at a million people and ten million activities (`bench:generate` makes them): what smart lists
 * cost PostgreSQL against SQL written by hand, what the directory's first page costs, and how long a preview takes.
 */
import { Contacts, contactPage, loadListDefinitions } from '#directory';
import type { Database } from '#platform';
import { everyone, readRules, toSql, type Group, type SqlFragment } from '#rules';
import { countPeople, PATIENCE, RuleQuestions } from '#smart-lists';
import { ASKED, cases, vip } from './lists-cases.js';
import { oneActivity } from './lists-kept.js';
import { randomNumbers } from '../data/population.js';
import { scaleSettings, withScaleDatabase, type ScaleDatabase } from '../data/scale-database.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const CALLS = Number(process.env.BENCH_CALLS ?? 200);
const PREVIEWS = Number(process.env.BENCH_PREVIEWS ?? 15);
const LIMIT = 50;
const MUST = { ratio: 1.2, database: 5, preview: 150 };

/** Processor milliseconds of the server that one call costs, and milliseconds on the clock. */
interface Cost {
  cpu: number;
  wall: number;
}

async function measure(pid: number, work: () => Promise<unknown>): Promise<Cost> {
  const before = await readServerCpu(pid);
  const begin = performance.now();
  await work();
  const wall = performance.now() - begin;
  return { wall, cpu: microsecondsBetween(before, await readServerCpu(pid)) / 1000 };
}

const misses: string[] = [];
const verdict = (what: string, value: number, most: number): string => {
  if (value <= most) return '';
  misses.push(what);
  return 'missed';
};
const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 0);

const columns = `p.person_id, p.id, p.address, p.email, p.type, p.first_name, p.last_name, p.phone, p.country, p.timezone,
  p.tags, p.attributes, p.created_at, p.lifetime_value_minor, p.last_activity, p.consent_status, p.consent_source,
  p.consent_at, p.consent_text, p.suppressed_broadcast, p.suppressed_transactional, p.demo`;

/** Nobody who was merged into another: what an expert who knows these tables adds to every list. */
const shown = 'p.type is not null and not exists (select from cortex.person_links k where k.person_id = p.person_id)';

/** An expert's statements for a condition; the second page gathers first, for lists that are too rare to meet in order. */
const byHand = {
  count: (condition: string) => [`select count(*)::int as n from cortex.people p where ${shown} and ${condition}`],
  page: (condition: string) => [
    `select ${columns} from cortex.people p where ${shown} and ${condition}
     order by p.created_at desc, p.person_id desc limit ${LIMIT + 1}`,
    `with found as materialized (select p.person_id, p.created_at from cortex.people p where ${shown} and ${condition})
     select ${columns} from (select * from found order by created_at desc, person_id desc limit ${LIMIT + 1}) f
     join cortex.people p using (person_id) order by p.created_at desc, p.person_id desc`,
  ],
};

interface Compiled {
  name: string;
  hand: string[];
  group: Group;
  fragment: SqlFragment;
  forOne: (personId: string) => SqlFragment;
}

async function compiled({ database, until }: ScaleDatabase): Promise<Compiled[]> {
  await database.run('delete from crm_smart_lists where id = any($1::uuid[])', [[ASKED.static.id, ASKED.rules.id]]);
  await database.run(
    `insert into crm_smart_lists (id, name, kind, rules) values ($1, $2, 'static', null), ($3, $4, 'rules', $5)`,
    [ASKED.static.id, ASKED.static.name, ASKED.rules.id, ASKED.rules.name, JSON.stringify(vip)],
  );
  await database.run(
    `insert into cortex.list_members (smart_list_id, person_id)
     select $1, person_id from (select person_id from cortex.people order by md5(person_id::text)
       limit (select count(*) / 10 from cortex.people)) p order by person_id`,
    [ASKED.static.id],
  );
  await database.run('analyze cortex.list_members');
  const lists = await database.tx((tx) => loadListDefinitions(tx, [ASKED.static.id, ASKED.rules.id]));
  const moment = { now: until, timezone: 'UTC', money_unit: 100, lists };
  return cases.map(({ name, rules, hand }) => {
    const { rules: group, troubles } = readRules(rules);
    if (!group) throw new Error(`${name}: ${troubles[0]!.message}`);
    return {
      name,
      group,
      hand: hand.map((sql) => sql.replaceAll(':now', `timestamptz '${until.toISOString()}'`)),
      fragment: toSql(group, moment),
      forOne: (personId) => toSql(group, { ...moment, persons: [personId], offset: 1 }),
    };
  });
}

/** Runs each once to warm up, then all in turn; the median of each. */
async function inTurn(
  pid: number,
  works: (() => Promise<unknown>)[],
): Promise<{ cpu: number; low: number; high: number }[]> {
  const seen: number[][] = works.map(() => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, work] of works.entries()) {
      const { cpu } = await measure(pid, work);
      if (round > 0) seen[index]!.push(cpu);
    }
  }
  return seen.map((values) => ({ cpu: median(values), low: Math.min(...values), high: Math.max(...values) }));
}

async function againstHand({ database, pid }: ScaleDatabase, lists: Compiled[]): Promise<void> {
  const table: Record<string, string | number>[] = [];
  for (const { name, hand, fragment } of lists) {
    const row: Record<string, string | number> = { list: name };
    for (const kind of ['count', 'page'] as const) {
      let found = 0;
      const ours =
        kind === 'count'
          ? async () => (found = (await countPeople(database, fragment, { patience: PATIENCE.exact })).count)
          : async () => page(database, fragment);
      const texts = hand.flatMap((condition) => byHand[kind](condition));
      const [mine, ...theirs] = await inTurn(pid, [
        ours,
        ...texts.map((text) => () => database.tx((tx) => tx.rows(text), { readOnly: true })),
      ]);
      if (kind === 'count') {
        const counted = (await database.row<{ n: number }>(texts[0]!))!.n;
        if (counted !== found) throw new Error(`${name}: ${found} people, but ${counted} by hand.`);
        row.people = found;
      }
      const best = theirs.reduce((a, b) => (a.cpu <= b.cpu ? a : b));
      const ratio = mine!.cpu / best.cpu;
      row[`${kind}: ours, ms`] = `${ms(mine!.cpu)} (${ms(mine!.low)}–${ms(mine!.high)})`;
      row[`${kind}: by hand`] = `${ms(best.cpu)} (${ms(best.low)}–${ms(best.high)})`;
      row[`${kind}: ratio`] = `${ratio.toFixed(2)} ${verdict(`${kind} of “${name}”`, ratio, MUST.ratio)}`;
    }
    table.push(row);
    console.log(`… ${Object.values(row).join(' | ')}`);
  }
  console.log(
    `Goal 9: processor time of PostgreSQL, medians (spread) of ${ROUNDS} rounds A B A B. Must: at most ${MUST.ratio} × by hand.`,
  );
  console.table(table);
}

const page = (database: Database, rulesSql: SqlFragment) =>
  new Contacts(database).list({ sort: '-created_at', limit: LIMIT, rulesSql });

/** Two letters in the middle changed places. */
const misspelled = (word: string): string => {
  const middle = word.length >> 1;
  return word.slice(0, middle - 1) + word[middle] + word[middle - 1] + word.slice(middle + 1);
};

async function quickOnes({ database, pid }: ScaleDatabase, lists: Compiled[], seed: number): Promise<void> {
  const people = await database.rows<{ person_id: string; name: string; last_name: string; address: string }>(
    `select person_id, first_name || ' ' || last_name as name, last_name, address from cortex.people
     where type is not null and last_name is not null order by md5(person_id::text) limit $1`,
    [CALLS],
  );
  const random = randomNumbers(seed);
  const someone = () => people[Math.floor(random() * people.length)]!;
  const first = (query: Partial<Parameters<typeof contactPage>[1]>) => () =>
    database.tx((tx) => contactPage(tx, { sort: '-created_at', limit: LIMIT, ...query }), { readOnly: true });
  const works: [string, () => Promise<unknown>][] = [
    ['first page of everybody', first({})],
    ['first page of leads', first({ type: 'lead' })],
    ['first page by address', first({ sort: 'email' })],
    ['first page by name', first({ sort: 'name' })],
    ['search: a last name', () => first({ q: someone().last_name })()],
    ['search: a whole name', () => first({ q: someone().name })()],
    ['search: three letters of a name', () => first({ q: someone().last_name.slice(0, 3) })()],
    ['search: the beginning of an address', () => first({ q: someone().address.slice(0, 12) })()],
    ['search: a whole address', () => first({ q: someone().address })()],
    ['search: the middle of an address', () => first({ q: someone().address.slice(2, 14) })()],
    ['search: a name with a letter wrong', () => first({ q: misspelled(someone().last_name) })()],
    ...lists.map(({ name, forOne }): [string, () => Promise<unknown>] => [
      `is this person in “${name}”`,
      () => {
        const { person_id } = someone();
        const { text, values } = forOne(person_id);
        return database.tx(
          (tx) =>
            tx.row(
              `select exists (select from cortex.people p where p.person_id = $1 and ${everyone} and (${text})) as inside`,
              [person_id, ...values],
            ),
          { readOnly: true },
        );
      },
    ]),
  ];
  const table = [];
  for (const [name, work] of works) {
    for (let n = 0; n < 20; n++) await work();
    const walls: number[] = [];
    const { cpu } = await measure(pid, async () => {
      for (let n = 0; n < CALLS; n++) {
        const begin = performance.now();
        await work();
        walls.push(performance.now() - begin);
      }
    });
    const each = cpu / CALLS;
    table.push({
      question: name,
      'PostgreSQL, ms': ms(each),
      'on the clock, median ms': ms(median(walls)),
      '': verdict(name, each, MUST.database),
    });
  }
  console.log(`Goal 10: processor time of PostgreSQL, the mean of ${CALLS} calls. Must: at most ${MUST.database} ms.`);
  console.table(table);
}

async function previews({ database, pid }: ScaleDatabase, lists: Compiled[]): Promise<void> {
  const questions = new RuleQuestions(database, new Contacts(database));
  const all: number[] = [];
  const table = [];
  for (const { name, group, fragment } of lists) {
    const walls: number[] = [];
    const costs: number[] = [];
    let shown = { count: 0, exact: true };
    for (let n = 0; n <= PREVIEWS; n++) {
      const { wall, cpu } = await measure(pid, async () => {
        shown = await questions.preview(group, false);
      });
      if (n === 0) continue;
      walls.push(wall);
      costs.push(cpu);
    }
    all.push(...walls);
    console.log(`… ${name}: ${walls.map(ms).join(' ')} ms`);
    const truth = (await countPeople(database, fragment, { patience: PATIENCE.exact })).count;
    const sorted = walls.toSorted((a, b) => a - b);
    table.push({
      list: name,
      'median ms': ms(median(walls)),
      'slowest ms': ms(sorted.at(-1)!),
      'PostgreSQL, ms': ms(median(costs)),
      shown: `${shown.exact ? '' : 'about '}${shown.count}`,
      people: truth,
    });
  }
  const p95 = all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.95)]!;
  console.log(
    `Goal 10c: the capped preview of a rule, with each condition's count and five people: p95 ${ms(p95)} ms on the clock ${verdict('preview', p95, MUST.preview)}. Must: ${MUST.preview} ms.`,
  );
  console.table(table);
}

const settings = scaleSettings();
const only = process.env.BENCH_ONLY?.split(',');
const wanted = (part: string) => !only || only.includes(part);
await withScaleDatabase(settings, async (scale) => {
  const { people, activities } = settings;
  console.log(`${people} people, ${activities} activities, PostgreSQL without parallel workers, everything in memory.`);
  const lists = await compiled(scale);
  await scale.database.rows('select count(*) from crm_activities a where a.metadata is not null');
  if (wanted('10')) await quickOnes(scale, lists, settings.seed);
  if (wanted('10b')) {
    const people = await scale.database.rows<{ person_id: string }>(
      'select person_id from cortex.people where type is not null order by md5(person_id::text) limit $1',
      [CALLS],
    );
    const cost = await oneActivity(
      scale,
      people.map((row) => row.person_id),
    );
    console.log(
      `Goal 10b: one page view of a person, 100 kept lists of ten kinds, 50 of which depend on it: ${ms(cost.postgres)} ms of PostgreSQL (and ${ms(cost.node)} ms of Node), medians of ${people.length} people ${verdict('one activity’s effect on 100 lists', cost.postgres, MUST.database)}. Must: ${MUST.database} ms.`,
    );
  }
  if (wanted('10c')) await previews(scale, lists);
  if (wanted('9')) await againstHand(scale, lists);
});
if (misses.length > 0) {
  console.log(`Missed: ${misses.join('; ')}.`);
  process.exitCode = 1;
}

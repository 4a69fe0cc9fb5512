import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '#testing';
import { correctZones, offsetsBetween, offsetsIn } from './time-zones.js';

const now = new Date('2026-11-29T12:00:00Z');
const from = Date.UTC(2025, 0, 1);
const to = Date.UTC(2035, 0, 1);
const shownIn = new Intl.DateTimeFormat('en-US', { timeZone: 'America/Halifax', month: '2-digit', day: '2-digit' });
const iso = (instant: number) => new Date(instant).toISOString();

describe('the time zones of the application and of PostgreSQL', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  /** What SQL says of local times at these instants. */
  const shown = (asked: { zone: string; at: string }[]) =>
    db.database.rows<{ zone: string; at: string; local: string }>(
      `select zone, at::text as at, to_char(cortex.local_time(at, zone), 'YYYY-MM-DD"T"HH24:MI:SS') as local
       from jsonb_to_recordset($1::jsonb) x (zone text, at timestamptz)`,
      [JSON.stringify(asked)],
    );

  it('are one after the start has compared them: every zone, every change of its clocks in ten years', async () => {
    const differing = await correctZones(db.database, now);
    process.stdout.write(`zones that differ: ${differing.join(', ') || 'none'}; Node.js has ${process.versions.tz}\n`);
    const names = await db.database.rows<{ name: string }>('select name from pg_timezone_names order by name');
    let compared = 0;
    const asked: { zone: string; at: string; local: string }[] = [];
    for (const { name } of names) {
      const at = offsetsIn(name);
      if (!at) continue;
      const { starts } = offsetsBetween(at, from, to);
      for (const start of [from, to, ...starts, ...starts.map((each) => each - 1000)]) {
        asked.push({ zone: name, at: iso(start), local: iso(start + at(start) * 1000).slice(0, 19) });
      }
    }
    const seen = await shown(asked);
    for (const [n, { zone, local }] of seen.entries()) {
      if (local !== asked[n]!.local) throw new Error(`${zone} at ${asked[n]!.at}: ${local}, not ${asked[n]!.local}`);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(5_000);
  }, 120_000);

  it('a zone that differs goes by the application everywhere in SQL, until it does not differ any more', async () => {
    // As if the application knew that Edmonton keeps the clocks of Halifax.
    const known = (zone: string) => offsetsIn(zone === 'America/Edmonton' ? 'America/Halifax' : zone);
    expect(await correctZones(db.database, now, known)).toContain('America/Edmonton');
    const halifax = offsetsIn('America/Halifax')!;
    // Clocks are never changed at midnight there.
    const midnights = Array.from({ length: 3_650 }, (_, day) => iso(from + day * 86_400_000).slice(0, 10));
    const rows = await db.database.rows<{ day: string; at: number; monthday: string }>(
      `select day, extract(epoch from cortex.text_instant(day, 'America/Edmonton')) * 1000 as at,
         to_char(cortex.local_time(day::timestamptz, 'America/Edmonton'), 'MM-DD') as monthday
       from unnest($1::text[]) day`,
      [midnights],
    );
    for (const { day, at, monthday } of rows) {
      expect([day, Number(at)]).toEqual([day, Date.parse(day) - halifax(Date.parse(day) + 4 * 3_600_000) * 1000]);
      expect([day, monthday]).toEqual([day, shownIn.format(Date.parse(day)).replace('/', '-')]);
    }
    // Quiet hours, and clocks that are put back (the earlier of two) and forward (on by the gap).
    const hours = JSON.stringify({ from: '21:00', to: '08:00' });
    const one = await db.database.row(
      `select cortex.quiet_until('2026-11-30T02:00:00Z', $1::jsonb, 'America/Edmonton') = '2026-11-30T12:00:00Z' as quiet,
         cortex.at_zone('2026-11-01 01:30', 'America/Edmonton') = '2026-11-01T04:30:00Z' as twice,
         cortex.at_zone('2026-03-08 02:30', 'America/Edmonton') = '2026-03-08T06:30:00Z' as never`,
      [hours],
    );
    expect(one).toEqual({ quiet: true, twice: true, never: true });
    await db.database.run("update cortex.settings set timezone = 'America/Edmonton'");
    const list = await db.database.row<{ id: string }>(
      `insert into public.crm_smart_lists (name, kind, rules) values ('Today', 'rules',
         '{"operator":"AND","conditions":[{"field":"created_at","operator":"anniversary_in","value":{"n":0,"unit":"days"}}]}')
       returning id`,
    );
    // Evening of the 29th in Edmonton's own time is the 30th in Halifax.
    await db.clock.set('2026-11-30T05:00:00Z');
    await db.database.run(
      "insert into public.purchase_leads (email, created_at) values ('a@b.example', '2020-11-30T04:30:00Z')",
    );
    const found = () => db.database.rows('select email from public.resolve_smart_list($1)', [list!.id]);
    expect(await found()).toHaveLength(1);
    await correctZones(db.database, now);
    const left = await db.database.rows<{ zone: string }>(
      'select zone from cortex.zone_corrections order by zone collate "C"',
    );
    expect(left.map(({ zone }) => zone)).toEqual(await correctZones(db.database, now));
  }, 120_000);
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MIGRATIONS, testDatabase, type TestDatabase } from './database/postgres.js';

/** The last numbered file that could define functions, triggers and views itself; those later must not. */
const LAST_WITH_CODE = 26;

const definition =
  /create\s+(?:or\s+replace\s+)?(?:constraint\s+)?(function|procedure|view|trigger)\s+([\w.]+)(?:[^;]*?\son\s+(?:(?:public|cortex)\.)?(\w+))?/gi;

/** What a text of SQL defines: `function cortex.fold`, `trigger sweep on touched`. */
const definedIn = (text: string): string[] =>
  [...text.replaceAll(/--[^\n]*/g, '').matchAll(definition)].map(([, kind, name, table]) =>
    kind!.toLowerCase() === 'trigger' ? `trigger ${name} on ${table}` : `${kind!.toLowerCase()} ${name}`,
  );

const filesOf = async (folder: string) => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })));
};

describe('functions, triggers and views', () => {
  let db: TestDatabase;
  let repeatable: { name: string; text: string }[];
  beforeAll(async () => {
    db = await testDatabase();
    repeatable = await filesOf(join(MIGRATIONS, 'repeatable'));
  });
  afterAll(() => db.drop());

  it('are all defined in migrations/repeatable, each once, and nothing there is left over', async () => {
    const rows = await db.database.rows<{ name: string }>(
      `select format('function %s.%s', n.nspname, p.proname) as name
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname in ('public', 'cortex')
         and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
       union all
       select format('view %s.%s', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('public', 'cortex') and c.relkind in ('v', 'm')
       union all
       select format('trigger %s on %s', t.tgname, c.relname) from pg_trigger t join pg_class c on c.oid = t.tgrelid
         join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('public', 'cortex') and not t.tgisinternal and t.tgparentid = 0`,
    );
    const defined = repeatable.flatMap(({ text }) => definedIn(text));
    expect(defined.sort()).toEqual(rows.map(({ name }) => name).sort());
  });

  it('are written out, not built from pieces while they are made', () => {
    const built = repeatable.filter(({ text }) => /execute[^;]*create[^;]*(function|trigger|view)/i.test(text));
    expect(built.map(({ name }) => name)).toEqual([]);
  });

  it('are not defined by numbered files any more', async () => {
    const later = (await filesOf(MIGRATIONS)).filter(({ name }) => Number.parseInt(name, 10) > LAST_WITH_CODE);
    expect(later.length).toBeGreaterThan(0);
    expect(later.filter(({ text }) => definedIn(text).length > 0).map(({ name }) => name)).toEqual([]);
  });
});

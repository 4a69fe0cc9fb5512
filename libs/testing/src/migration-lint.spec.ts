import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS } from './database/postgres.js';

const root = join(MIGRATIONS, '..');
/** The registry carries its binary as a package for this platform; elsewhere the linter is left out. */
const squawk = join(root, 'node_modules/@squawk-cli', `${process.platform}-${process.arch}`, 'bin/squawk');

/** The rules of squawk that a text breaks, under our settings; `files` are names below migrations/. */
function broken(input: { text: string } | { files: string }): string[] {
  const asked = 'text' in input ? ['--stdin-filepath', 'migrations/0031_new.sql'] : [input.files];
  const run = spawnSync(squawk, ['--reporter', 'json', ...asked], {
    cwd: root,
    encoding: 'utf8',
    input: 'text' in input ? input.text : undefined,
  });
  if (run.stdout === '') throw new Error(`squawk did not answer, is it installed (npm ci)? ${run.stderr}`);
  return (JSON.parse(run.stdout) as { file: string; rule_name: string }[]).map(({ rule_name }) => rule_name);
}

(existsSync(squawk) ? describe : describe.skip)('migrations that lock (npm run lint:migrations)', () => {
  it('has nothing against those that are here', () => {
    expect(broken({ files: 'migrations/*.sql' })).toEqual([]);
  });

  it.each([
    ['create index people_phone on cortex.people (phone);', 'require-concurrent-index-creation'],
    [
      'create index concurrently if not exists x on cortex.people (phone); select 1;',
      'ban-concurrent-index-creation-in-transaction',
    ],
    ['alter table cortex.people add column x text not null;', 'adding-required-field'],
    ['alter table cortex.people add column x timestamptz default clock_timestamp();', 'adding-field-with-default'],
    ['alter table cortex.people alter column phone type bigint using phone::bigint;', 'changing-column-type'],
    ['alter table cortex.people alter column phone set not null;', 'adding-not-nullable-field'],
    ["alter table cortex.people add constraint c check (phone <> '');", 'constraint-missing-not-valid'],
    ['alter table cortex.people add constraint u unique (phone);', 'disallowed-unique-constraint'],
    ['alter table cortex.people rename column phone to telephone;', 'renaming-column'],
    ['alter table cortex.people drop column phone;', 'ban-drop-column'],
  ])('refuses %s', (text, rule) => {
    expect(broken({ text })).toContain(rule);
  });

  it.each([
    ['a column that rewrites nothing', "alter table cortex.people add column x text not null default 'x';"],
    ['a constraint that is checked later', "alter table cortex.people add constraint c check (phone <> '') not valid;"],
    [
      'an index of a table that is new',
      'create table cortex.fresh (id bigint primary key, n text);\ncreate index fresh_n on cortex.fresh (n);',
    ],
    [
      'an index of a small table, said so',
      '-- A row for each monitor.\n-- squawk-ignore require-concurrent-index-creation\ncreate index some_monitors on cortex.monitors (kind);',
    ],
  ])('lets %s pass', (_, text) => {
    expect(broken({ text })).toEqual([]);
  });
});

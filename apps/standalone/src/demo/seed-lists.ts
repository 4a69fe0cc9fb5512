import { Contacts } from '#directory';
import { systemActor, type Database } from '#platform';
import { settingSql } from '#rules';
import { SmartLists } from '#smart-lists';
import { sampleLists } from './sample.js';

const actor = systemActor('sample data');

/**
 * Saves and counts the sample questions, unless the sample shop had them already. They go with the sample people, but for
 * those that somebody uses by then.
 */
export async function seedDemoLists(database: Database): Promise<void> {
  const lists = new SmartLists(database, new Contacts(database));
  const state = await database.row<{ wanted: boolean }>(
    `select ${settingSql('demo')} and not exists (select from cortex.demo_rows where kind = 'smart_list') as wanted`,
  );
  if (!state!.wanted) return;
  for (const list of sampleLists) {
    const { id } = await lists.create(actor, { kind: 'rules', ...list });
    await database.run(`insert into cortex.demo_rows (kind, id) values ('smart_list', $1)`, [id]);
  }
}

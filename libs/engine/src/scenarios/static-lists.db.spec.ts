import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, systemActor } from '#platform';
import { ListMembers } from '#smart-lists';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';

const actor = systemActor('test');

describe('a list kept by hand', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let members: ListMembers;
  const made = async (name: string): Promise<string> => {
    const id = newId();
    await db.database.run("insert into public.crm_smart_lists (id, name, kind) values ($1, $2, 'static')", [id, name]);
    return id;
  };
  const starts = (type: string, list: string, ...rest: { id: string; type: string; config: object }[]) => {
    const nodes = [{ id: 'in', type, config: { smart_list_id: list } }, ...rest];
    const edges = nodes.slice(1).map(({ id }, at) => ({ source: nodes[at]!.id, port: 'next', target: id }));
    return line.live({ schema: 1, nodes, edges } as never, { entry: { limit: 'always' } } as never);
  };
  const entered = async (automation: string): Promise<string[]> => {
    await line.settle();
    const rows = await db.database.rows<{ address: string }>(
      `select p.address from cortex.automation_runs r join cortex.people p on p.person_id = r.person_id
       where r.automation_id = $1 order by r.entered_at, p.address`,
      [automation],
    );
    return rows.map(({ address }) => address);
  };

  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    members = new ListMembers(db.database);
    for (const name of ['ann', 'bob', 'cleo']) await line.lead(`${name}@x.de`);
    await line.settle();
  }, 120_000);
  afterAll(() => db.drop());

  it('starts automations for whoever is put on it or taken off, and only when that changed something', async () => {
    const list = await made('Guests');
    await members.add(actor, list, { emails: ['ann@x.de'] });
    await line.settle();
    const coming = await starts('smart_list_entered', list);
    const going = await starts('smart_list_left', list);
    // She was there before it was published.
    expect(await entered(coming)).toEqual([]);
    await members.add(actor, list, { emails: ['ann@x.de', 'bob@x.de'] });
    expect(await entered(coming)).toEqual(['bob@x.de']);
    await members.remove(actor, list, { emails: ['ann@x.de', 'cleo@x.de'] });
    expect(await entered(going)).toEqual(['ann@x.de']);
    await members.add(actor, list, { emails: ['ann@x.de'] });
    expect(await entered(coming)).toEqual(['bob@x.de', 'ann@x.de']);
  });

  it('starts automations for whom a step of another puts on it, and not the one whose step it was', async () => {
    const [first, second, third] = [await made('First'), await made('Second'), await made('Third')];
    const change = (id: string, smart_list_id: string, action: 'add' | 'remove') => ({
      id,
      type: 'update_list',
      config: { smart_list_id, action },
    });
    await starts('smart_list_entered', first, change('on', second, 'add'));
    const coming = await starts('smart_list_entered', second, change('off', second, 'remove'));
    const going = await starts('smart_list_left', second);
    const itself = await starts(
      'smart_list_entered',
      third,
      change('off', third, 'remove'),
      change('on', third, 'add'),
    );
    await members.add(actor, first, { emails: ['cleo@x.de'] });
    await members.add(actor, third, { emails: ['cleo@x.de'] });
    for (const automation of [coming, going, itself]) expect(await entered(automation)).toEqual(['cleo@x.de']);
  });

  it('tells once of somebody whom several automations put on it at the same moment', async () => {
    const list = await made('Twice');
    const coming = await starts('smart_list_entered', list);
    for (const id of ['one', 'other'])
      await line.live({
        schema: 1,
        nodes: [
          { id, type: 'activity_received', config: { activity_type: 'twice.asked' } },
          { id: 'on', type: 'update_list', config: { smart_list_id: list, action: 'add' } },
        ],
        edges: [{ source: id, port: 'next', target: 'on' }],
      });
    await line.post('bob@x.de', { type: 'twice.asked' });
    expect(await entered(coming)).toEqual(['bob@x.de']);
    const told = await db.database.row<{ n: number }>(
      `select count(*)::int as n from public.crm_activities where type = 'smart_list.entered' and metadata->>'smart_list_id' = $1`,
      [list],
    );
    expect(told).toEqual({ n: 1 });
  });
});

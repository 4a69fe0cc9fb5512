import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { versionByNumber } from '#automations';
import { createLog, newId, systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { mailHelp } from '../effects/mail-help.js';
import { drawing, on, tagged, Walkers } from '../scenarios/steps.fixture.js';
import { BacktestLoop, Backtests } from './backtests.js';
import { Storyboards } from './storyboards.js';

const actor = systemActor('Mara');

describe('the storyboard of a draft', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let storyboards: Storyboards;
  let template: string;

  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    storyboards = new Storyboards(db.database);
    await db.clock.set('2026-11-10T09:00:00Z');
    const people = new Walkers(db.database, line, 'told');
    const emails = [
      await people.someone(),
      await people.someone({ tags: ['vip'] }),
      await people.someone(),
      await people.someone({ tags: ['vip'] }),
    ];
    for (const email of emails) await line.post(email, { type: 'board.start' });
    template = newId();
    await db.database.run(
      `insert into cortex.templates (id, name, subject, html) values ($1, 'Hello', 'Hello', '<p>Hello</p>')`,
      [template],
    );
    await db.clock.advance({ days: 2 });
  });
  afterAll(() => db.drop());

  const graph = () =>
    drawing(
      [
        on('board.start'),
        ['only', 'filter', { rules: tagged('vip') }],
        ['mail', 'send_email', { template_id: template, stream: 'broadcast' }],
        ['end', 'exit'],
      ],
      ['start', 'next', 'only'],
      ['only', 'yes', 'mail'],
      ['only', 'no', 'end'],
    );
  const draft = async () => (await line.automations.create(actor, { name: 'Told', graph: graph(), settings: {} })).id;
  const replayed = async (id: string) => {
    const backtests = new Backtests(db.database);
    const backtest = await backtests.start(actor, id, {
      from: new Date('2026-11-01T00:00:00Z'),
      to: new Date('2026-11-12T00:00:00Z'),
    });
    await new BacktestLoop(db.database, createLog('silent', 'test')).once();
    return (await backtests.get(backtest))!;
  };

  it('has one person for each path, with the mails they would have got', async () => {
    const { result } = await replayed(await draft());
    expect(
      result!.storyboard.map(({ steps, messages }) => [
        steps.map(({ node_id, port }) => `${node_id}:${port}`),
        messages.map(({ node_id }) => node_id),
      ]),
    ).toEqual([
      [['start:next', 'only:yes', 'mail:next'], ['mail']],
      [['start:next', 'only:no', 'end:null'], []],
    ]);
    expect(result!.entered).toBe(4);
  });

  it('is approved as it was shown, and the version keeps by whom', async () => {
    const id = await draft();
    const { id: backtest } = await replayed(id);
    expect(await storyboards.approval(id)).toBeNull();
    const approved = { by: 'Mara', at: '2026-11-12T09:00:00.000Z', people: 2 };
    expect(await storyboards.approve(actor, id, backtest)).toEqual({ ...approved, holds: true });
    await line.publishing.publish(actor, id, {}, mailHelp);
    expect((await versionByNumber(db.database, id, 1)).approval).toEqual(approved);

    // Where a step lies says nothing of what people get; another rule does.
    const moved = graph();
    moved.nodes[1] = { ...moved.nodes[1]!, note: 'Only a note' };
    await line.automations.put(actor, id, 1, { graph: moved });
    expect(await storyboards.approval(id)).toMatchObject({ holds: true });
    const other = graph();
    other.nodes[1] = { ...other.nodes[1]!, config: { rules: tagged('gold') } };
    await line.automations.put(actor, id, 2, { graph: other });
    expect(await storyboards.approval(id)).toMatchObject({ by: 'Mara', holds: false });
    await expect(storyboards.approve(actor, id, backtest)).rejects.toMatchObject({ code: 'draft_changed' });
    await line.publishing.publish(actor, id, {}, mailHelp);
    expect((await versionByNumber(db.database, id, 2)).approval).toBeNull();
  });

  it('is asked for again when a template that is named was changed', async () => {
    const id = await draft();
    const { id: backtest } = await replayed(id);
    await storyboards.approve(actor, id, backtest);
    await db.database.run('update cortex.templates set version = version + 1 where id = $1', [template]);
    expect(await storyboards.approval(id)).toMatchObject({ holds: false });
  });

  it('cannot be approved by a backtest of another automation, or one that is not completed', async () => {
    const [one, other] = [await draft(), await draft()];
    const { id: backtest } = await replayed(one);
    await expect(storyboards.approve(actor, other, backtest)).rejects.toMatchObject({ code: 'not_found' });
    const waiting = await new Backtests(db.database).start(actor, other, {
      from: new Date('2026-11-01T00:00:00Z'),
      to: new Date('2026-11-02T00:00:00Z'),
    });
    await expect(storyboards.approve(actor, other, waiting)).rejects.toMatchObject({ code: 'not_found' });
  });
});

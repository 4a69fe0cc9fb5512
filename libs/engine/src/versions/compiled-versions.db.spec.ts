import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { enterGate } from '#automations';
import { pipeline, testDatabase, type TestDatabase } from '#testing';
import { CompiledVersions } from './compiled-versions.js';
import { drawing, on, type Step } from '../scenarios/steps.fixture.js';

describe('the compiled versions of a process', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  it('know everything that is live, also when that is more than they remember', async () => {
    const line = await pipeline(db.database);
    const note: Step = ['note', 'record_activity', { activity_type: 'noted' }];
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      ids.push(await line.live(drawing([on('kept.start'), note])));
    }
    const versions = new CompiledVersions(2);
    const look = () =>
      db.database.tx(async (tx) => {
        await enterGate(tx);
        const { live, triggers } = await versions.moment(tx);
        const loaded = await versions.load(
          tx,
          [...live.values()].map((version) => version.id),
        );
        return {
          live: [...live.values()].map((version) => version.automation_id).sort(),
          starting: triggers.candidates({ type: 'kept.start', metadata: {} }).length,
          loaded: loaded.size,
        };
      });
    expect(await look()).toEqual({ live: [...ids].sort(), starting: 5, loaded: 5 });
    ids.push(await line.live(drawing([on('kept.start'), note])));
    expect(await look()).toEqual({ live: [...ids].sort(), starting: 6, loaded: 6 });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '#testing';
import pg from 'pg';
import { IdentityWorld, randomFrom, type Plan } from './identity.fixture.js';

/** How many steps; a long run is asked for by IDENTITY_STEPS. */
const STEPS = Number(process.env.IDENTITY_STEPS ?? 600);
const SEED = Number(process.env.IDENTITY_SEED ?? 20261129);

describe('A: a person is followed by identity', () => {
  let db: TestDatabase;
  let world: IdentityWorld;
  const sessions: pg.Client[] = [];

  beforeAll(async () => {
    db = await testDatabase();
    for (let at = 0; at < 4; at++) {
      const client = new pg.Client({ connectionString: db.url });
      await client.connect();
      sessions.push(client);
    }
    world = await IdentityWorld.make(db.database, sessions.slice(1), sessions[0]!);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(sessions.map((client) => client.end()));
    await db.drop();
  });

  /** Plays episodes until so many steps were taken; each failure names its seed and what was done. */
  async function play(steps: number, together: boolean): Promise<void> {
    for (let episode = 0; world.steps < steps; episode++) {
      const seed = SEED + episode * 2 + (together ? 1 : 0);
      const random = randomFrom(seed);
      await world.reset();
      const told: string[] = [];
      try {
        for (let round = 0; round < 12; round++) {
          const plans: Plan[] = Array.from({ length: together ? 3 : 1 }, () => world.plan(random, together));
          told.push(JSON.stringify(plans));
          await world.play(plans, random);
          await world.check(together);
        }
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}\n${told.join('\n')}`, { cause: error });
      }
    }
  }

  it(
    'whatever is inserted, moved, swapped and deleted, one transaction after the other',
    async () => {
      world.steps = 0;
      await play(STEPS / 2, false);
      expect(world.merges).toBeGreaterThan(0);
    },
    24 * 3600_000,
  );

  it(
    'and in transactions that run at the same moment',
    async () => {
      world.steps = 0;
      await play(STEPS / 2, true);
      expect(world.merges).toBeGreaterThan(0);
    },
    24 * 3600_000,
  );
});

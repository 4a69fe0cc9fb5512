import { Clock, type Database } from '#platform';

export interface Step {
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
}

/**
 * Stands still at the instant it was set to, for the whole database: every statement of every process that asks
 * `cortex.now()` sees it. Before the first `set` and after `reset` it follows the real time.
 */
export class TestClock extends Clock {
  private instant: Date | undefined;

  constructor(private readonly database: Database) {
    super();
  }

  now(): Date {
    return this.instant ?? new Date();
  }

  async set(instant: Date | string): Promise<Date> {
    this.instant = new Date(instant);
    await this.database.run('update cortex.test_clock set instant = $1', [this.instant]);
    return this.instant;
  }

  /** Moves on from where it stands (from the real time when it was not set) and stands still there. */
  async advance(step: Step): Promise<Date> {
    const seconds =
      (step.days ?? 0) * 86_400 + (step.hours ?? 0) * 3600 + (step.minutes ?? 0) * 60 + (step.seconds ?? 0);
    return this.set(new Date(this.now().getTime() + seconds * 1000));
  }

  async reset(): Promise<void> {
    this.instant = undefined;
    await this.database.run('update cortex.test_clock set instant = null');
  }
}

/** Replaces the body of `cortex.now()`; only ever run in a test's database. */
export const INSTALL_TEST_CLOCK = `
  create table cortex.test_clock (only_row boolean primary key default true check (only_row), instant timestamptz);
  insert into cortex.test_clock default values;
  grant select on cortex.test_clock to public;
  create or replace function cortex.now() returns timestamptz language sql stable parallel safe
    return coalesce((select instant from cortex.test_clock), pg_catalog.now());
`;

import { databaseErrorOf, databaseFailure, OwnConnection, retryLaws, type Database, type Log } from '#platform';
import {
  AGE_LEADS,
  ageValues,
  LEADS_FROM_ACTIVITIES,
  plainMonth,
  STORE_ACTIVITIES,
  storePlainly,
  storeValues,
  type IncomingActivity,
  type NotStored,
  type StoreResult,
} from './store-activities.js';

/** How long nothing is taken for plain after something was not: who repeats one group repeats others. */
const NOT_PLAIN_MS = 10_000;
/** From what age on an activity may be older than the lead that an activity made. */
const OLD_MS = 24 * 3600_000;

/** Stores groups of activities on a connection of its own, one after the other. */
export class GroupStore {
  private readonly connection: OwnConnection;
  private plainFrom = 0;

  /** @param name of the connection, as the database shows it */
  constructor(
    private readonly database: Database,
    private readonly log: Log,
    name: string,
  ) {
    // Planning costs more than running the statement, and its plan must not depend on the values, nor on how full the
    // tables were when it was made: rows in their order, each look-up by an index.
    this.connection = new OwnConnection(database.source, name, {
      plan_cache_mode: 'force_generic_plan',
      enable_seqscan: 'off',
      enable_hashjoin: 'off',
      enable_mergejoin: 'off',
      statement_timeout: '60s',
    });
  }

  /** @returns one result each, in order, after the commit; what one activity does wrong stays with it */
  store(rows: IncomingActivity[]): Promise<StoreResult[]> {
    return this.database.pulse.during(() => this.commit(rows), this.connection.cut.bind(this.connection));
  }

  end(): Promise<void> {
    return this.connection.end();
  }

  /** Keys must be unique in the statement: a repeat inside the group shares the fate of the first. */
  private async commit(rows: IncomingActivity[]): Promise<StoreResult[]> {
    const firstOf = new Map<string, IncomingActivity>();
    const repeats = new Map<IncomingActivity, IncomingActivity>();
    for (const row of rows) {
      const first = row.keys.map((key) => firstOf.get(key)).find((found) => found !== undefined);
      if (first) repeats.set(row, first);
      else for (const key of row.keys) firstOf.set(key, row);
    }
    const fresh = repeats.size === 0 ? rows : rows.filter((row) => !repeats.has(row));
    const results = new Map<IncomingActivity, StoreResult>();
    await this.storeApart(fresh, results);
    for (const [row, first] of repeats) {
      const result = results.get(first)!;
      results.set(row, result.status === 'rejected' ? { ...result, id: row.id } : { id: row.id, status: 'duplicate' });
    }
    return rows.map((row) => results.get(row)!);
  }

  /**
   * Halves a group that fails until the row at fault stands alone. Rows of unknown people come in a second step with
   * attempts of its own, because the others are committed by then.
   */
  private async storeApart(
    rows: IncomingActivity[],
    results: Map<IncomingActivity, StoreResult>,
    takesUnknown = false,
    attempt = 1,
  ): Promise<void> {
    let unknown: IncomingActivity[];
    try {
      unknown = await (takesUnknown ? this.storeWithLeads(rows, results) : this.run(rows, false, results));
    } catch (error) {
      // Without a code it is not the database's refusal but a lost connection or a mistake of ours.
      if (isConnectionError(error) || databaseErrorOf(error).code === undefined) throw error;
      if (isPassing(error) && attempt < retryLaws.collision.tries)
        return this.storeApart(rows, results, takesUnknown, attempt + 1);
      if (rows.length > 1) {
        const half = rows.length >> 1;
        await this.storeApart(rows.slice(0, half), results, takesUnknown);
        await this.storeApart(rows.slice(half), results, takesUnknown);
        return;
      }
      const row = rows[0]!;
      this.log.warn({ code: databaseErrorOf(error).code, activity_id: row.id }, 'activity refused by the database');
      const message =
        'The database refused this activity. Check its values, or leave out the metadata, and send it again.';
      results.set(row, { id: row.id, status: 'rejected', error: { pointer: '/', message } });
      return;
    }
    const strangers = unknown.filter((row) => row.onlyKnown);
    for (const row of strangers) row.email = null;
    if (strangers.length > 0) await this.storeApart(strangers, results);
    const leads = unknown.filter((row) => !row.onlyKnown);
    if (leads.length > 0) await this.storeApart(leads, results, true);
    await this.ageLeads(rows);
  }

  /** The activities are stored by then: a failure here must not look as if they were not. */
  private async ageLeads(rows: readonly IncomingActivity[]): Promise<void> {
    const old = Date.now() - OLD_MS;
    const past = rows.filter(
      (row) => !row.onlyKnown && (row.history || (row.occurredAt !== null && Date.parse(row.occurredAt) < old)),
    );
    if (past.length === 0) return;
    try {
      const client = await this.connection.get();
      await client.query({ name: 'age_leads', text: AGE_LEADS, values: ageValues(past) });
    } catch (error) {
      this.log.warn({ err: error }, 'activities: leads kept their age although older activities came');
    }
  }

  /** Makes leads of addresses that nobody knows, together with their activities. What history makes is history. */
  private async storeWithLeads(
    rows: IncomingActivity[],
    results: Map<IncomingActivity, StoreResult>,
  ): Promise<IncomingActivity[]> {
    const client = await this.connection.get();
    await client.query('begin');
    try {
      const values = ageValues(rows);
      if (rows.some((row) => row.history)) {
        await client.query("select set_config('cortex.history', 'true', true)");
        await client.query(LEADS_FROM_ACTIVITIES, [...values, true]);
        await client.query("select set_config('cortex.history', '', true)");
      }
      await client.query(LEADS_FROM_ACTIVITIES, [...values, false]);
      const unknown = await this.run(rows, true, results);
      await client.query('commit');
      return unknown;
    } catch (error) {
      await client.query('rollback').catch(() => this.connection.forget(client));
      throw error;
    }
  }

  /** @returns the rows whose person nobody knows yet */
  private async run(
    rows: IncomingActivity[],
    takesUnknown: boolean,
    results: Map<IncomingActivity, StoreResult>,
  ): Promise<IncomingActivity[]> {
    const values = storeValues(rows, takesUnknown);
    const answer =
      (takesUnknown ? undefined : await this.runPlainly(rows, values)) ??
      (await (
        await this.connection.get()
      ).query<NotStored>({ name: 'store_activities', text: STORE_ACTIVITIES, values }));
    for (const row of rows) results.set(row, { id: row.id, status: 'accepted' });
    const unknown: IncomingActivity[] = [];
    for (const { ord, reason } of answer.rows) {
      const row = rows[ord - 1]!;
      if (reason === 'unknown') unknown.push(row);
      else if (reason === 'duplicate') results.set(row, { id: row.id, status: 'duplicate' });
      else {
        const message = 'This is more than 5 minutes in the future. Send the instant it happened, in UTC.';
        results.set(row, { id: row.id, status: 'rejected', error: { pointer: '/occurred_at', message } });
      }
    }
    return unknown;
  }

  /** @returns nothing when the rows are not plain, and nothing was stored */
  private async runPlainly(rows: IncomingActivity[], values: unknown[]): Promise<{ rows: NotStored[] } | undefined> {
    const month = performance.now() < this.plainFrom ? undefined : plainMonth(rows, new Date());
    if (month === undefined) return undefined;
    const client = await this.connection.get();
    try {
      return await client.query<NotStored>({ name: `store_${month}`, text: storePlainly(month), values });
    } catch (error) {
      if (isConnectionError(error)) throw error;
      this.plainFrom = performance.now() + NOT_PLAIN_MS;
      this.log.debug({ code: databaseErrorOf(error).code }, 'activities: a group was not plain');
      return undefined;
    }
  }
}

/** Worth a second try at once: it ran into another transaction, or a key was just noted elsewhere. */
const isPassing = (error: unknown): boolean =>
  databaseFailure(error) === 'collision' || databaseErrorOf(error).constraint === 'activity_keys_pkey';

const isConnectionError = (error: unknown): boolean => databaseFailure(error) === 'unavailable';

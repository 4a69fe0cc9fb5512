import type pg from 'pg';
import { OwnConnection } from './own-connection.js';
import type { DataSource } from 'typeorm';

/** Milliseconds between two looks. */
const PERIOD = 250;
/** Looks in one statement. */
const LOOKS = 40;
/** Milliseconds after which a statement without an answer counts as lost. */
const PATIENCE = 2 * LOOKS * PERIOD;
/** Periods that pass at most between two tries while the database does not answer. */
const LONGEST_BREAK = 40;
const SESSION = {
  // The server ends the statement by itself when this process is gone.
  client_connection_check_interval: '1s',
  statement_timeout: '0',
  // Planned perhaps over empty tables: it must be the plan that holds when they are full.
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  jit: 'off',
};

export interface PolledWork {
  /** A boolean SQL expression without parameters, answered by indexes: whether there is work. */
  due: string;
  /** A text SQL expression that changes with what the work follows, for what no condition can tell. */
  mark?: string;
  /** Milliseconds between two looks; a multiple of 250. */
  every: number;
  wake(): void;
}

interface Seen {
  turn: number;
  due: boolean[];
  marks: (string | null)[];
}

/**
 * The one poll of a process. Every loop that waits for rows says how they are seen. One statement looks for all of them
 * inside the server, four times a second, and comes back when there is something, or after ten seconds; only a loop
 * that has something to do is woken. While the database does not answer, everybody is woken: their own errors say so,
 * and their own pauses apply.
 */
export class WorkPoll {
  private readonly members = new Map<PolledWork, string | null>();
  private readonly connection: OwnConnection;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private turn = 0;
  /** What the connection's session has. */
  private prepared: { client: pg.Client; procedure: string } | undefined;
  private failures = 0;

  constructor(source: DataSource) {
    this.connection = new OwnConnection(source, 'cortex poll', SESSION, PATIENCE);
  }

  /** Begins to look for this work. What it returns ends that, and the connection with the last one. */
  join(work: PolledWork): () => Promise<void> {
    this.members.set(work, null);
    // A statement that is under way knows nothing of it.
    if (this.looking) void this.connection.end();
    this.next();
    return async () => {
      this.members.delete(work);
      if (this.members.size > 0) return;
      clearTimeout(this.timer);
      this.timer = undefined;
      await this.connection.end();
      await this.looking;
    };
  }

  private next(): void {
    if (this.timer || this.looking || this.members.size === 0) return;
    const pause = this.failures === 0 ? 0 : Math.min(2 ** this.failures, LONGEST_BREAK) * PERIOD;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.looking = this.look().then(() => {
        this.looking = undefined;
        this.next();
      });
    }, pause);
  }

  private async look(): Promise<void> {
    const asked = [...this.members.keys()];
    try {
      const { turn, due, marks } = await this.ask(asked);
      this.turn = turn;
      this.failures = 0;
      asked.forEach((work, at) => {
        // One that left meanwhile stays away.
        if (!this.members.has(work)) return;
        const moved = marks[at] !== this.members.get(work);
        this.members.set(work, marks[at]!);
        if (due[at] || moved) work.wake();
      });
    } catch {
      this.failures += 1;
      for (const work of this.members.keys()) work.wake();
    }
  }

  private async ask(asked: readonly PolledWork[]): Promise<Seen> {
    const client = await this.connection.get();
    try {
      const procedure = procedureOf(asked);
      if (this.prepared?.client !== client || this.prepared.procedure !== procedure) {
        await client.query(procedure);
        this.prepared = { client, procedure };
      }
      const known = asked.map((work) => literal(this.members.get(work) ?? null)).join(', ');
      const { rows } = await client.query<Seen>(
        `call pg_temp.cortex_poll(${this.turn % 1_000_000}, null, array[${known}]::text[])`,
      );
      return rows[0]!;
    } catch (error) {
      this.connection.forget(client);
      throw error;
    }
  }
}

/**
 * A procedure of the session, so that what it asks is planned once. One that ends its transaction after each look: no
 * snapshot is older than a quarter of a second. Lanes of one kind ask the same; it is asked once.
 */
function procedureOf(asked: readonly PolledWork[]): string {
  const places = new Map<string, { periods: number; condition: string; of: number[] }>();
  const looks: string[] = [];
  asked.forEach(({ due, mark, every }, at) => {
    const periods = Math.ceil(every / PERIOD);
    const key = `${periods} ${due}`;
    const place = places.get(key) ?? { periods, condition: due, of: [] };
    place.of.push(at + 1);
    places.set(key, place);
    if (mark) looks.push(`if turn % ${periods} = 0 then marks[${at + 1}] := (${mark}); end if;`);
  });
  for (const { periods, condition, of } of places.values()) {
    const [first, ...others] = of;
    const same = others.map((at) => ` due[${at}] := due[${first}];`).join('');
    looks.push(`if turn % ${periods} = 0 then due[${first}] := (${condition});${same} end if;`);
  }
  return `create or replace procedure pg_temp.cortex_poll(inout turn int, inout due boolean[], inout marks text[])
    language plpgsql as $poll$
      declare
        known constant text[] := marks;
      begin
        due := array_fill(false, array[${asked.length}]);
        for look in 1..${LOOKS} loop
          perform pg_sleep(${PERIOD / 1000});
          turn := turn + 1;
          ${looks.join('\n          ')}
          exit when true = any(due) or marks is distinct from known;
          commit;
        end loop;
      end $poll$`;
}

const literal = (text: string | null): string => (text === null ? 'null' : `'${text.replaceAll("'", "''")}'`);

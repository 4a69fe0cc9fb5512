import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database, LOG, type Log } from '#platform';

/** A body that was refused, or accepted and not used. */
export interface Reject {
  /** A stable word: the code of the problem, or `not_used`. */
  code: string;
  /** A sentence for people. */
  reason: string;
  /** Where in the body, as a JSON pointer. */
  pointer?: string;
  /** The address that it was sent to, without what stood in its places. */
  route: string;
  /** The one item, parsed or as text; absent where none was read. */
  body?: unknown;
  /** Answered as if it were taken, because another system's client sends it, and not used. */
  unused?: true;
  /** Whoever sent it could not say who they are. */
  stranger?: true;
  /** It comes from a page, where anybody can claim any address: none of them is kept. */
  claims?: true;
}

/** What came of some activities. */
export interface Came {
  accepted?: number;
  rejected?: number;
  unused?: number;
}

interface KeptReject {
  source: string;
  reject: Reject;
}

/** Milliseconds for which counts are kept in memory. */
const EVERY = 2_000;
/** Characters of a body, of a reason and of a pointer. */
const MOST_OF_BODY = 4_000;
const MOST_OF_REASON = 500;
/** Values of a body that are written down; so many always take up more than is kept of it. */
const MOST_VALUES = 2_000;
/** Rejects that one source may have stored at once, and those of strangers. */
const AT_ONCE = 20;
const STRANGERS_AT_ONCE = 5;
/** Rejects in memory, of all sources. */
const MOST_WAITING = 500;
/** Rejects that are kept of each source, and those of strangers besides. */
const KEPT_REJECTS = 100;
const KEPT_OF_STRANGERS = 20;
const MOST_SOURCES = 10_000;

/**
 * Counts what comes in, by source, and keeps what was refused. In the way of an activity it adds a number in memory;
 * every two seconds all of it is written at once. A process that is killed loses two seconds of figures and nothing else.
 */
@Injectable()
export class SourceMeter implements OnApplicationShutdown {
  private counts = new Map<string, Required<Came>>();
  private rejects: KeptReject[] = [];
  private waiting = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Adds to what came from a source. */
  count(source: string, { accepted = 0, rejected = 0, unused = 0 }: Came): void {
    let count = this.counts.get(source);
    if (!count) {
      if (this.counts.size >= MOST_SOURCES) return;
      count = { accepted: 0, rejected: 0, unused: 0 };
      this.counts.set(source, count);
    }
    count.accepted += accepted;
    count.rejected += rejected;
    count.unused += unused;
    this.timer ??= setTimeout(() => void this.flush(), EVERY).unref();
  }

  /** Counts something that was refused, and keeps its body as long as there is room. */
  reject(source: string, reject: Reject): void {
    this.count(source, reject.unused ? { unused: 1 } : { rejected: 1 });
    const of = reject.stranger ? `stranger ${source}` : source;
    const waiting = this.waiting.get(of) ?? 0;
    if (waiting >= (reject.stranger ? STRANGERS_AT_ONCE : AT_ONCE) || this.rejects.length >= MOST_WAITING) return;
    this.waiting.set(of, waiting + 1);
    this.rejects.push({ source, reject: { ...reject, body: textOf(reject) } });
  }

  /** Writes what this process has counted so far. It never throws: figures are worth no request. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { counts, rejects } = this;
    if (counts.size === 0) return this.writing;
    this.counts = new Map();
    this.rejects = [];
    this.waiting = new Map();
    this.writing = this.writing
      .then(() => this.write(counts, rejects))
      .catch((error: unknown) => this.log.warn({ err: error }, 'figures of sources could not be written'));
    return this.writing;
  }

  onApplicationShutdown(): Promise<void> {
    return this.flush();
  }

  private async write(counts: ReadonlyMap<string, Required<Came>>, rejects: readonly KeptReject[]): Promise<void> {
    // In one order everywhere, so that two processes do not wait for each other.
    const rows = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const values = [
      rows.map(([source]) => source),
      rows.map(([, { accepted }]) => accepted),
      rows.map(([, { rejected }]) => rejected),
      rows.map(([, { unused }]) => unused),
    ];
    if (rejects.length === 0) return void (await this.database.run(COUNT, values));
    await this.database.tx(async (tx) => {
      await tx.run(COUNT, values);
      await tx.run(
        `insert into cortex.source_rejects (source_id, code, reason, pointer, route, body, is_cut, unused, stranger)
         select r.source_id, r.code, r.reason, r.pointer, r.route, left(r.body, $10::int),
           coalesce(length(r.body) > $10::int, false),
           r.unused, r.stranger
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[],
           $9::int[]) as r(source_id, code, reason, pointer, route, body, unused, stranger, ord)
         order by r.ord`,
        [
          rejects.map(({ source }) => source),
          rejects.map(({ reject }) => storable(reject.code, 100)),
          rejects.map(({ reject }) => storable(reject.reason, MOST_OF_REASON)),
          rejects.map(({ reject }) => (reject.pointer === undefined ? null : storable(reject.pointer, MOST_OF_REASON))),
          rejects.map(({ reject }) => reject.route),
          rejects.map(({ reject }) => reject.body ?? null),
          rejects.map(({ reject }) => reject.unused ?? false),
          rejects.map(({ reject }) => reject.stranger ?? false),
          rejects.map((_, ord) => ord),
          MOST_OF_BODY,
        ],
      );
      await tx.run(
        `delete from cortex.source_rejects r using (
           select x.id, x.stranger, row_number() over (partition by x.source_id, x.stranger order by x.id desc) as nth
           from cortex.source_rejects x where x.source_id = any($1::text[])
         ) n
         where n.id = r.id and n.nth > case when n.stranger then $3::int else $2::int end`,
        [[...new Set(rejects.map(({ source }) => source))], KEPT_REJECTS, KEPT_OF_STRANGERS],
      );
    });
  }
}

const COUNT = `
  with given as (
    select g.source_id, g.accepted, g.rejected, g.unused
    from unnest($1::text[], $2::int[], $3::int[], $4::int[]) as g(source_id, accepted, rejected, unused)
  ), minutes as (
    insert into cortex.source_minutes as m (minute, source_id, accepted, rejected, unused)
    select date_trunc('minute', cortex.now()), g.source_id, g.accepted, g.rejected, g.unused from given g order by g.source_id
    on conflict (minute, source_id) do update set accepted = m.accepted + excluded.accepted,
      rejected = m.rejected + excluded.rejected, unused = m.unused + excluded.unused
  ), old as (
    delete from cortex.source_minutes o where o.minute < cortex.now() - interval '25 hours'
  )
  insert into cortex.source_states as s (source_id, last_accepted_at, last_refused_at)
  select g.source_id, case when g.accepted > 0 then cortex.now() end,
    case when g.rejected + g.unused > 0 then cortex.now() end
  from given g order by g.source_id
  on conflict (source_id) do update set last_accepted_at = coalesce(excluded.last_accepted_at, s.last_accepted_at),
    last_refused_at = coalesce(excluded.last_refused_at, s.last_refused_at)`;

const addresses = /[^\s"'<>()@,;:\\]{1,200}@[^\s"'<>()@,;:\\]{1,200}/g;
/** Keys of ours, and where clients of others put theirs. */
const keys = /\bcx_[\w-]{8,}|("(?:writeKey|api_key|apiKey|token)"\s*:\s*")[^"]*/g;
const signatures = /\b[0-9a-f]{64}\b/gi;

/** A body as text that PostgreSQL can keep, one character longer than is kept, so that it shows whether it was cut. */
function textOf({ body, claims }: Reject): string | undefined {
  if (body === undefined) return undefined;
  const text = storable(plainTextOf(body), 2 * MOST_OF_BODY);
  const bare = text.replace(keys, (_all, name: string | undefined) => `${name ?? ''}(key)`);
  const shown = claims ? bare.replace(addresses, '(address)').replace(signatures, '(signature)') : bare;
  return shown.slice(0, MOST_OF_BODY + 1).toWellFormed();
}

function plainTextOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (Buffer.isBuffer(body)) return body.subarray(0, 2 * MOST_OF_BODY).toString('utf8');
  return JSON.stringify(beginningOf(body, { values: MOST_VALUES }), undefined, 2);
}

/** As much of a large value as fills what is kept, so that writing it down takes no longer. */
function beginningOf(value: unknown, left: { values: number }): unknown {
  left.values -= 1;
  if (Array.isArray(value)) {
    const some: unknown[] = [];
    for (const one of value) {
      if (left.values <= 0) break;
      some.push(beginningOf(one, left));
    }
    return some;
  }
  if (typeof value !== 'object' || value === null) return value;
  const some: [string, unknown][] = [];
  for (const [key, one] of Object.entries(value)) {
    if (left.values <= 0) break;
    some.push([key, beginningOf(one, left)]);
  }
  return Object.fromEntries(some);
}

const storable = (text: string, most: number): string => text.slice(0, most).toWellFormed().replaceAll('\0', '\ufffd');

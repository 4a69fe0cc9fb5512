import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Source, SourceReject } from '#contracts';
import { Config, Database, decodeCursor, encodeCursor, notFound, type Tx } from '#platform';
import { SourceMeter } from './source-meter.js';

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

interface SourceRow {
  id: string;
  kind: Source['kind'];
  name: string;
  ended: boolean;
  last_accepted_at: Date | null;
  last_refused_at: Date | null;
  rejects: number;
}

interface HourRow {
  source_id: string;
  /** Hours before now. */
  ago: number;
  accepted: number;
  rejected: number;
  unused: number;
  recent: number;
}

interface RejectRow extends Omit<SourceReject, 'at'> {
  at: Date;
}

/** Milliseconds that figures are waited for. */
const PATIENCE = 1_000;
const HOURS = 24;
/** Minutes over which the rate of now is counted. */
const RECENT = 5;

/** What comes in by key and webhook, for people who look after it. */
@Injectable()
export class Sources {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly meter: SourceMeter,
  ) {}

  /** Every key that may record something, every webhook that is set up, and whatever something came from. By name. */
  async list(filter: { limit: number; cursor?: string }): Promise<Page<Source>> {
    await this.written();
    const after = decodeCursor(filter.cursor, 2) ?? [null, null];
    return this.database.tx(
      async (tx) => {
        const rows = await tx.rows<SourceRow>(
          `${NAMED}
           select n.id, n.kind, n.name, n.ended, s.last_accepted_at, s.last_refused_at,
             (select count(*)::int from cortex.source_rejects r where r.source_id = n.id) as rejects
           from named n left join cortex.source_states s on s.source_id = n.id
           where ($2::text is null or (n.name, n.id) > ($2::text, $3::text))
           order by n.name, n.id limit $4`,
          [this.webhooks(), ...after, filter.limit + 1],
        );
        const shown = rows.slice(0, filter.limit);
        const last = shown.at(-1);
        const hours = await hoursOf(
          tx,
          shown.map(({ id }) => id),
        );
        return {
          items: shown.map((row) => presentSource(row, hours)),
          next_cursor: rows.length > filter.limit && last ? encodeCursor([last.name, last.id]) : null,
        };
      },
      { readOnly: true, statementTimeout: 10_000 },
    );
  }

  /**
   * The newest refused bodies of a source, newest first; with `unused` those that were accepted and not used.
   * @throws AppError 404 when there is no such source
   */
  async rejects(
    source: string,
    filter: { limit: number; cursor?: string; unused?: boolean },
  ): Promise<Page<SourceReject>> {
    await this.written();
    const [before] = decodeCursor(filter.cursor, 1) ?? [null];
    const known = await this.database.row(`${NAMED} select from named n where n.id = $2`, [this.webhooks(), source]);
    if (!known) throw notFound('source');
    const rows = await this.database.rows<RejectRow>(
      `select r.id::text as id, r.at, r.code, r.reason, r.pointer, r.route, r.body, r.is_cut, r.unused
       from cortex.source_rejects r
       where r.source_id = $1 and ($2::bigint is null or r.id < $2::bigint) and ($3::boolean is null or r.unused = $3::boolean)
       order by r.id desc limit $4`,
      [source, before, filter.unused ?? null, filter.limit + 1],
    );
    return pageOf(rows, filter.limit);
  }

  /** The same of all sources, of the last so many seconds. */
  async allRejects(filter: {
    limit: number;
    cursor?: string;
    seconds?: number;
  }): Promise<Page<SourceReject & { source_id: string; source: string }>> {
    await this.written();
    const [before] = decodeCursor(filter.cursor, 1) ?? [null];
    const rows = await this.database.rows<RejectRow & { source_id: string; source: string }>(
      `${NAMED}
       select r.id::text as id, r.at, r.code, r.reason, r.pointer, r.route, r.body, r.is_cut, r.unused, r.source_id,
         coalesce((select n.name from named n where n.id = r.source_id), r.source_id) as source
       from (
         select x.* from cortex.source_rejects x
         where ($2::bigint is null or x.id < $2::bigint) and ($3::int is null or x.at > cortex.now() - make_interval(secs => $3::int))
         order by x.id desc limit $4) r
       order by r.id desc`,
      [this.webhooks(), before, filter.seconds ?? null, filter.limit + 1],
    );
    return pageOf(rows, filter.limit);
  }

  /** What this process has counted is to be seen; where the database does not answer, the question itself says so. */
  private written(): Promise<unknown> {
    return Promise.race([this.meter.flush(), pause(PATIENCE, undefined, { ref: false })]);
  }

  /** The webhooks of other systems that this installation was given the credentials of. */
  private webhooks(): string[] {
    const { STRIPE_WEBHOOK_SECRET, SHOPIFY_WEBHOOK_SECRET, POSTMARK_WEBHOOK_USER } = this.config.env;
    const isSetUp = { stripe: STRIPE_WEBHOOK_SECRET, shopify: SHOPIFY_WEBHOOK_SECRET, postmark: POSTMARK_WEBHOOK_USER };
    return Object.entries(isSetUp).flatMap(([name, given]) => (given === undefined ? [] : [name]));
  }
}

function pageOf<Row extends RejectRow>(rows: readonly Row[], limit: number): Page<Omit<Row, 'at'> & { at: string }> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({ ...row, at: row.at.toISOString() })),
    next_cursor: rows.length > limit && last ? encodeCursor([last.id]) : null,
  };
}

/** SQL: `named`, every source with its name; `$1`: the webhooks that are set up. */
const NAMED = `
  with named as (
    select k.id::text as id, k.kind, k.name, k.revoked_at is not null as ended
    from cortex.api_keys k
    where k.revoked_at is null and (k.kind = 'write' or k.scopes && array['ingest', 'write', 'admin'])
      or exists (select from cortex.source_states s where s.source_id = k.id::text)
    union all
    select i.id::text, 'inbound', i.name, false from cortex.inbound_sources i
    union all
    select w.id, 'webhook', w.id, false from unnest($1::text[]) as w(id)
  )`;

const hoursOf = (tx: Tx, ids: readonly string[]): Promise<HourRow[]> =>
  tx.rows<HourRow>(
    `select m.source_id, floor(extract(epoch from cortex.now() - m.minute) / 3600)::int as ago,
       sum(m.accepted)::int as accepted, sum(m.rejected)::int as rejected, sum(m.unused)::int as unused,
       coalesce(sum(m.accepted) filter (where m.minute > cortex.now() - make_interval(mins => $2::int)), 0)::int as recent
     from cortex.source_minutes m
     where m.source_id = any($1::text[]) and m.minute > cortex.now() - interval '24 hours'
     group by 1, 2`,
    [ids, RECENT],
  );

function presentSource(row: SourceRow, hours: readonly HourRow[]): Source {
  const own = hours.filter(({ source_id }) => source_id === row.id);
  const sum = (of: 'accepted' | 'rejected' | 'unused' | 'recent') => own.reduce((all, hour) => all + hour[of], 0);
  const perHour = new Array<number>(HOURS).fill(0);
  for (const { ago, accepted } of own) if (ago >= 0 && ago < HOURS) perHour[HOURS - 1 - ago] = accepted;
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    ended: row.ended,
    last_activity_at: row.last_accepted_at?.toISOString() ?? null,
    last_reject_at: row.last_refused_at?.toISOString() ?? null,
    per_minute: Math.round((sum('recent') / RECENT) * 10) / 10,
    per_hour: perHour,
    day: { accepted: sum('accepted'), rejected: sum('rejected'), unused: sum('unused') },
    rejects: row.rejects,
  };
}

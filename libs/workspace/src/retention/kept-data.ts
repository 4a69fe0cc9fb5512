import { Injectable } from '@nestjs/common';
import type { getKeptData, InputOf, KeptDataRow, RetainedKind } from '#contracts';
import { Database, readSettings, type Tx } from '#platform';
import { looks, MOST_COUNTED, MOST_OLD, olds, retainedKinds, wholes } from './kinds.js';

/** Milliseconds that one answer may take of the database. */
const PATIENCE = 20_000;

type Wanted = InputOf<typeof getKeptData>['query'];

/** What is stored by kind, for whoever decides how long it is kept. */
@Injectable()
export class KeptData {
  constructor(private readonly database: Database) {}

  /** @param wanted months to try instead of those of the settings */
  look(wanted: Wanted): Promise<{ activities_known_since: string | null; items: KeptDataRow[] }> {
    return this.database.tx(
      async (tx) => {
        const { retention } = await readSettings(tx, 'retention');
        const rounds = await tx.rows<Round>(
          'select r.kind, r.deleted, r.began_at, r.ended_at, r.known_since from cortex.retention_rounds r',
        );
        const next = new Map<string, Pick<KeptDataRow, 'months' | 'next_night'>>();
        for (const kind of retainedKinds) {
          const months = wanted[`${kind}_months`] ?? retention[`${kind}_months`];
          next.set(kind, { months, next_night: months === null ? null : await wouldGo(tx, kind, months) });
        }
        const items: KeptDataRow[] = [];
        for (const look of looks) {
          const oldest = await tx.row<{ at: Date | null }>(`select (${look.oldest}) as at`);
          items.push({
            kind: look.kind,
            ...(await sizeOf(tx, look)),
            oldest: oldest?.at?.toISOString() ?? null,
            ...(next.get(look.kind) ?? { months: null, next_night: null }),
            last: lastOf(rounds.find(({ kind }) => kind === look.kind)),
          });
        }
        const known = rounds.find(({ kind }) => kind === 'activities')?.known_since;
        return { activities_known_since: known?.toISOString() ?? null, items };
      },
      { readOnly: true, statementTimeout: PATIENCE },
    );
  }
}

interface Round {
  kind: string;
  deleted: string;
  began_at: Date;
  ended_at: Date | null;
  known_since: Date;
}

const lastOf = (round: Round | undefined): KeptDataRow['last'] =>
  round
    ? {
        deleted: Number(round.deleted),
        began_at: round.began_at.toISOString(),
        ended_at: round.ended_at?.toISOString() ?? null,
      }
    : null;

async function sizeOf(tx: Tx, { tables, rows }: (typeof looks)[number]) {
  const counted = await tx.row<{ n: number }>(rows);
  const size = await tx.row<{ bytes: number; estimate: number }>(
    `with parts as (
       select c.oid, c.reltuples, n.ord from unnest($1::text[]) with ordinality n (name, ord)
       join pg_class c on c.oid = n.name::regclass or c.oid in (select i.inhrelid from pg_inherits i where i.inhparent = n.name::regclass)
     )
     select coalesce(sum(pg_total_relation_size(p.oid)), 0)::float8 as bytes,
       coalesce(sum(greatest(p.reltuples, 0)) filter (where p.ord = 1), 0)::float8 as estimate
     from parts p`,
    [tables],
  );
  const estimated = counted!.n > MOST_COUNTED;
  return {
    rows: estimated ? Math.max(Math.round(size!.estimate), counted!.n) : counted!.n,
    estimated,
    bytes: size!.bytes,
  };
}

async function wouldGo(tx: Tx, kind: RetainedKind, months: number) {
  const at = await tx.row<{ before: Date }>(
    `select date_trunc($1, cortex.now() - make_interval(months => $2::int), 'UTC') as before`,
    [wholes[kind], months],
  );
  const old = await tx.row<{ n: number }>(olds[kind], [at!.before]);
  return { rows: Math.min(old!.n, MOST_OLD), more: old!.n > MOST_OLD };
}

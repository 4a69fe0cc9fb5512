import { addressShown } from '#directory';
import type { HeaderValue } from '#graph';
import { decodeCursor, encodeCursor, type Database, type Tx } from '#platform';

export type CallState = 'queued' | 'given' | 'delivered' | 'dead';

/** A call as a step wants it made. */
export interface NewCall {
  automation_id: string;
  run_id: string;
  node_id: string;
  visit: number;
  person_id: string;
  url: string;
  /** Secrets by their references: the values are known to the call itself only. */
  headers: Record<string, HeaderValue>;
  content_type: string;
  body: string;
}

export interface CallRow extends NewCall {
  id: string;
  state: CallState;
  attempts: number;
  created_at: Date;
}

/** Writes calls down, one per visit of a step; answers their ids in the given order, those of earlier ones too. */
export async function addCalls(tx: Tx, calls: readonly NewCall[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string; ord: number }>(
    `with wanted as materialized (
       select * from jsonb_to_recordset($1::jsonb) as w(ord int, automation_id uuid, run_id uuid, node_id text, visit int,
         person_id uuid, url text, headers jsonb, content_type text, body text)),
     made as (
       insert into cortex.webhook_calls (automation_id, run_id, node_id, visit, person_id, url, headers, content_type, body)
       select automation_id, run_id, node_id, visit, person_id, url, headers, content_type, body from wanted
       on conflict (run_id, node_id, visit) do nothing
       returning id, run_id, node_id, visit)
     select coalesce(m.id, c.id) as id, w.ord from wanted w
     left join made m using (run_id, node_id, visit)
     left join cortex.webhook_calls c using (run_id, node_id, visit)
     order by w.ord`,
    [JSON.stringify(calls.map((call, ord) => ({ ord, ...call })))],
  );
  return rows.map((row) => row.id);
}

/** Calls that have no job yet, oldest first, at most 500; they are the queue's from now on. */
export const takeQueued = (tx: Tx): Promise<{ id: string }[]> =>
  tx.rows(
    `update cortex.webhook_calls set state = 'given'
     where id in (select id from cortex.webhook_calls where state = 'queued' order by created_at limit 500 for update skip locked)
     returning id`,
  );

/** One call, its next try counted. Undefined when it is settled or gone. */
export const beginTry = (database: Database, id: string): Promise<CallRow | undefined> =>
  database.row<CallRow>(
    `update cortex.webhook_calls set attempts = attempts + 1, tried_at = cortex.now()
     where id = $1 and state in ('queued', 'given')
     returning id, automation_id, run_id, node_id, visit, person_id, url, headers, content_type, body, state, attempts, created_at`,
    [id],
  );

export interface CallView {
  id: string;
  automation_id: string;
  automation: string | null;
  run_id: string;
  node_id: string;
  contact_email: string;
  url: string;
  state: CallState;
  attempts: number;
  status: number | null;
  answer: string | null;
  error: string | null;
  created_at: Date;
  tried_at: Date | null;
  settled_at: Date | null;
}

export interface CallFilter {
  state?: CallState;
  automation_id?: string;
  limit: number;
  cursor?: string;
}

/** A page of calls, newest first. */
export async function callPage(
  database: Database,
  { state, automation_id, limit, cursor }: CallFilter,
): Promise<{ items: CallView[]; next_cursor: string | null }> {
  const after = decodeCursor(cursor, 2) ?? [null, null];
  const rows = await database.rows<CallView & { created_exact: string }>(
    `select c.id, c.automation_id, a.name as automation, c.run_id, c.node_id, ${addressShown('p')} as contact_email, c.url, c.state,
       c.attempts, c.status, c.answer, c.error, c.created_at, c.tried_at, c.settled_at, c.created_at::text as created_exact
     from cortex.webhook_calls c
     join cortex.automation_runs r on r.id = c.run_id
     left join cortex.people p on p.person_id = c.person_id
     left join cortex.automations a on a.id = c.automation_id
     where ($1::text is null or c.state = $1) and ($2::uuid is null or c.automation_id = $2)
       and ($3::timestamptz is null or (c.created_at, c.id) < ($3, $4::uuid))
     order by c.created_at desc, c.id desc limit $5`,
    [state ?? null, automation_id ?? null, ...after, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    items: page.map(({ created_exact: _exact, ...row }) => row),
    next_cursor: last ? encodeCursor([last.created_exact, last.id]) : null,
  };
}

import type { ContactActionName, ContactActionResult, EffectState } from '#contracts';
import { decodeCursor, encodeCursor, newId, type Actor, type Tx } from '#platform';
import type { ActionDefinition, Outcome } from './definition.js';

/** Seconds after which another process takes an action up: longer than a call and looking it up may take. */
export const PATIENCE = 60;

export interface ActionRow {
  id: string;
  action: ContactActionName;
  person_id: string;
  input: Record<string, unknown>;
  plan: unknown;
  /** Who asked, and under which key of the request. */
  actor: Actor & { request_key?: string };
  state: ContactActionResult['state'];
  created_at: Date;
  ended_at: Date | null;
  tries: number;
}

export interface EffectRow {
  ord: number;
  name: string;
  label: string;
  state: EffectState;
  detail: string;
  kept: Record<string, unknown> | null;
  at: Date | null;
}

const columns = 'a.id, a.action, a.person_id, a.input, a.plan, a.actor, a.state, a.created_at, a.ended_at, a.tries';

/** Writes down what is about to be done, all of it still waiting. Answers its id. */
export async function beginAction(
  tx: Tx,
  definition: ActionDefinition,
  about: Pick<ActionRow, 'person_id' | 'input' | 'plan' | 'actor'>,
): Promise<string> {
  const id = newId();
  await tx.run(
    `insert into cortex.contact_actions (id, action, person_id, input, plan, actor, resume_at)
     values ($1, $2, $3, $4::jsonb, $5::jsonb, $6::jsonb, cortex.now() + make_interval(secs => $7))`,
    [
      id,
      definition.name,
      about.person_id,
      JSON.stringify(about.input),
      JSON.stringify(about.plan),
      JSON.stringify(about.actor),
      PATIENCE,
    ],
  );
  await tx.run(
    `insert into cortex.contact_action_effects (action_id, ord, name, label)
     select $1, e.ord, e.name, e.label from unnest($2::text[], $3::text[]) with ordinality e (name, label, ord)`,
    [id, definition.effects.map(({ name }) => name), definition.effects.map(({ label }) => label)],
  );
  return id;
}

/** The action, locked for this transaction while it runs; undefined when it has ended. Puts off when others take it up. */
export async function lockRunning(tx: Tx, id: string): Promise<ActionRow | undefined> {
  return tx.row<ActionRow>(
    `update cortex.contact_actions a set resume_at = cortex.now() + make_interval(secs => $2)
     where a.id = $1 and a.state = 'running' returning ${columns}`,
    [id, PATIENCE],
  );
}

/** The action that this caller asked for under this key of the request within the last day. */
export const actionOfRequest = (
  tx: Tx,
  action: ContactActionName,
  personId: string,
  actor: Actor,
  request: { key: string; input: unknown },
): Promise<{ id: string } | undefined> =>
  tx.row<{ id: string }>(
    `select a.id from cortex.contact_actions a
     where a.person_id = $1 and a.action = $2 and a.actor ->> 'kind' = $3 and a.actor ->> 'id' = $4
       and a.actor ->> 'request_key' = $5 and a.input = $6::jsonb
       and a.created_at > cortex.now() - interval '24 hours'
     order by a.id desc limit 1`,
    [personId, action, actor.kind, actor.id, request.key, JSON.stringify(request.input)],
  );

export const actionById = (tx: Tx, id: string): Promise<ActionRow | undefined> =>
  tx.row<ActionRow>(`select ${columns} from cortex.contact_actions a where a.id = $1`, [id]);

export const effectsOf = (tx: Tx, id: string): Promise<EffectRow[]> =>
  tx.rows<EffectRow>(
    `select e.ord, e.name, e.label, e.state, e.detail, e.kept, e.at from cortex.contact_action_effects e
     where e.action_id = $1 order by e.ord`,
    [id],
  );

/** Notes what became of an effect. */
export async function noteEffect(
  tx: Tx,
  id: string,
  name: string,
  outcome: Omit<Outcome, 'state'> & { state: EffectState },
): Promise<void> {
  await tx.run(
    `update cortex.contact_action_effects e set state = $3, detail = $4, kept = $5::jsonb, at = cortex.now()
     where e.action_id = $1 and e.name = $2`,
    [id, name, outcome.state, outcome.detail, outcome.kept ? JSON.stringify(outcome.kept) : null],
  );
}

/** A page of the actions of these people, newest first. */
export async function actionPage(
  tx: Tx,
  personIds: readonly string[],
  query: { limit: number; cursor?: string },
): Promise<{ items: ContactActionResult[]; next_cursor: string | null }> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await tx.rows<ActionRow & { effects: (Omit<EffectRow, 'at'> & { at: string | null })[] }>(
    `select ${columns}, (
       select jsonb_agg(jsonb_build_object('name', e.name, 'label', e.label, 'state', e.state, 'detail', e.detail, 'at', e.at)
         order by e.ord)
       from cortex.contact_action_effects e where e.action_id = a.id) as effects
     from cortex.contact_actions a
     where a.person_id = any($1::uuid[]) and ($2::uuid is null or a.id < $2::uuid)
     order by a.id desc limit $3`,
    [personIds, after?.[0] ?? null, query.limit + 1],
  );
  const shown = rows.slice(0, query.limit);
  return {
    items: shown.map(({ effects, ...row }) =>
      present(
        row,
        effects.map((effect) => ({ ...effect, at: effect.at === null ? null : new Date(effect.at) })),
      ),
    ),
    next_cursor: rows.length > query.limit ? encodeCursor([shown.at(-1)!.id]) : null,
  };
}

type Shown = Pick<EffectRow, 'name' | 'label' | 'state' | 'detail' | 'at'>;

export const present = (row: ActionRow, effects: readonly Shown[]): ContactActionResult => ({
  id: row.id,
  action: row.action,
  state: row.state,
  effects: effects.map(({ name, label, state, detail, at }) => ({
    name,
    label,
    state,
    detail,
    at: at?.toISOString() ?? null,
  })),
  by: row.actor.label,
  at: row.created_at.toISOString(),
  ended_at: row.ended_at?.toISOString() ?? null,
  input: row.input,
});

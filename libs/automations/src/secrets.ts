import {
  isSecretReference,
  notInHeaders,
  withGraphHeaders,
  withHeaders,
  type Graph,
  type HeaderValue,
  type Operation,
  type SecretReference,
} from '#graph';
import { newId, recordAudit, UnreadableSecret, type Actor, type Database, type Tx, type Vault } from '#platform';

interface SecretRow {
  id: string;
  set_by: string;
  set_at: Date;
}

const aboutSecret = (id: string): string => `secret ${id}`;

const reference = ({ id, set_at, set_by }: SecretRow): SecretReference => ({
  secret: true,
  id,
  set_at: set_at.toISOString(),
  set_by,
});

/** Keeps a value encrypted. What comes back names it and says when it was set and by whom; nothing gives it back. */
export async function keepSecret(tx: Tx, vault: Vault, actor: Actor, value: string): Promise<SecretReference> {
  const [kept] = await insertSecrets(tx, vault, actor, [{ id: newId(), value }]);
  return kept!;
}

async function insertSecrets(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  fresh: readonly { id: string; value: string }[],
): Promise<SecretReference[]> {
  if (fresh.length === 0) return [];
  const keys = await vault.keys();
  const rows = await tx.rows<SecretRow>(
    `insert into cortex.secret_values (id, sealed, set_by)
     select v.id, v.sealed, $3 from unnest($1::uuid[], $2::text[]) v(id, sealed) returning id, set_by, set_at`,
    [fresh.map(({ id }) => id), fresh.map(({ id, value }) => keys.seal(value, aboutSecret(id))), actor.label],
  );
  for (const { id } of rows) await recordAudit(tx, actor, { action: 'secret.set', targetKind: 'secret', targetId: id });
  return rows.map(reference);
}

/**
 * Takes the secrets out of what is to be stored: each header's text becomes the reference to an encrypted value, and each
 * reference says what is true of it, whatever it came with. One that names nothing here has to be set again.
 * @param walk replaces every header value in the given part of a drawing
 * @param reuse references of values that were met before, to be used again and added to
 */
async function keepSecretsIn<T>(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  part: T,
  walk: (part: T, replace: (value: unknown) => unknown) => T,
  reuse = new Map<string, SecretReference>(),
): Promise<T> {
  const named = new Set<string>();
  const fresh = new Map<string, string>();
  const marked = walk(part, (value): HeaderValue => {
    if (value === '') return '';
    // What no header can carry is not kept: the step says that a value is missing.
    if (typeof value === 'string' && !notInHeaders.test(value)) {
      const id = reuse.get(value)?.id ?? fresh.get(value) ?? newId();
      if (reuse.has(value)) named.add(id);
      else fresh.set(value, id);
      return { secret: true, id };
    }
    if (!isSecretReference(value) || value.id === undefined) return { secret: true };
    named.add(value.id);
    return { secret: true, id: value.id };
  });
  if (named.size === 0 && fresh.size === 0) return marked;
  const old = await tx.rows<SecretRow>(
    'select id, set_by, set_at from cortex.secret_values where id = any($1::uuid[])',
    [[...named]],
  );
  const made = await insertSecrets(
    tx,
    vault,
    actor,
    [...fresh].map(([value, id]) => ({ id, value })),
  );
  const known = new Map([...old.map(reference), ...made].map((one) => [one.id!, one]));
  for (const [value, id] of fresh) reuse.set(value, known.get(id)!);
  return walk(marked, (value) =>
    isSecretReference(value) ? (known.get(value.id?.toLowerCase() ?? '') ?? { secret: true }) : value,
  );
}

type Reuse = Map<string, SecretReference>;

export const keepSecretsOfGraph = (tx: Tx, vault: Vault, actor: Actor, graph: Graph, reuse?: Reuse): Promise<Graph> =>
  keepSecretsIn(tx, vault, actor, graph, withGraphHeaders, reuse);

export const keepSecretsOfHeaders = (
  tx: Tx,
  vault: Vault,
  actor: Actor,
  headers: Record<string, HeaderValue>,
  reuse?: Reuse,
): Promise<Record<string, HeaderValue>> =>
  keepSecretsIn(tx, vault, actor, headers, (given, replace) => withHeaders({ headers: given }, replace).headers, reuse);

export const keepSecretsOfOperations = (
  tx: Tx,
  vault: Vault,
  actor: Actor,
  operations: Operation[],
  reuse?: Reuse,
): Promise<Operation[]> =>
  keepSecretsIn(
    tx,
    vault,
    actor,
    operations,
    (list, replace) => list.map((operation) => withOperationHeaders(operation, replace)),
    reuse,
  );

function withOperationHeaders(operation: Operation, replace: (value: unknown) => unknown): Operation {
  switch (operation.op) {
    case 'add_node':
      return { ...operation, node: { ...operation.node, config: withHeaders(operation.node.config, replace) } };
    case 'set_config':
      return { ...operation, config: withHeaders(operation.config, replace) };
    case 'replace_graph':
      return { ...operation, graph: withGraphHeaders(operation.graph, replace) };
    default:
      return operation;
  }
}

/**
 * The values that headers stand for, for the call that carries them and for nothing else.
 * @throws UnreadableSecret for one that has to be set again
 */
export async function revealHeaders(
  database: Database,
  vault: Vault,
  headers: Readonly<Record<string, HeaderValue>>,
): Promise<Record<string, string>> {
  const named = Object.values(headers).flatMap((value) => (typeof value === 'string' ? [] : [value.id]));
  if (named.length === 0) return { ...(headers as Record<string, string>) };
  const rows = await database.rows<{ id: string; sealed: string }>(
    'select id, sealed from cortex.secret_values where id = any($1::uuid[])',
    [named.filter((id) => id !== undefined)],
  );
  const keys = await vault.keys();
  const sealed = new Map(rows.map((row) => [row.id, row.sealed]));
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (typeof value === 'string') return [name, value];
      const kept = sealed.get(value.id?.toLowerCase() ?? '');
      if (kept === undefined) throw new UnreadableSecret();
      return [name, keys.open(kept, aboutSecret(value.id!.toLowerCase()))];
    }),
  );
}

/** Encrypts anew, under the current key, what was encrypted under one before; at most so many rows a call. */
export async function sealSecretsAnew(database: Database, vault: Vault, limit: number): Promise<number> {
  const keys = await vault.keys();
  return database.tx(async (tx) => {
    const rows = await tx.rows<{ id: string; sealed: string }>(
      `select id, sealed from cortex.secret_values
       where not starts_with(sealed, $1) and exists (select from unnest($2::text[]) k where starts_with(sealed, k))
       order by id limit $3 for update`,
      [keys.current, keys.known, limit],
    );
    for (const { id, sealed } of rows) {
      const about = aboutSecret(id);
      await tx.run('update cortex.secret_values set sealed = $2 where id = $1', [
        id,
        keys.seal(keys.open(sealed, about), about),
      ]);
    }
    return rows.length;
  });
}

const idsIn = (column: string, path: string): string =>
  `select id #>> '{}' from jsonb_path_query(${column}, '${path}') id where jsonb_typeof(id) = 'string'`;

/** Removes secrets that were set so many days ago and are named by no drawing, no version and no call that may still leave. */
export const forgetSecrets = (database: Database, days: number): Promise<number> =>
  database.run(
    `delete from cortex.secret_values where set_at < (select cortex.now()) - make_interval(days => $1) and id::text not in (
       select lower(n.id) from cortex.automations a, lateral (${idsIn('a.draft_graph', '$.nodes[*].config.headers.*.id')}) n(id)
       union all
       select lower(n.id) from cortex.automation_versions v, lateral (${idsIn('v.graph', '$.nodes[*].config.headers.*.id')}) n(id)
       union all
       select lower(n.id) from cortex.webhook_calls c, lateral (${idsIn('c.headers', '$.*.id')}) n(id))`,
    [days],
  );

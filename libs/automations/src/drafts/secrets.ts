import {
  hostOf,
  isSecretReference,
  notInHeaders,
  withGraphHeaders,
  withHeaders,
  type Graph,
  type HeaderValue,
  type Operation,
  type ReplaceValue,
  type SecretReference,
} from '#graph';
import { newId, recordAudit, UnreadableSecret, type Actor, type Database, type Tx, type Vault } from '#platform';

interface SecretRow {
  id: string;
  set_by: string;
  set_at: Date;
  host: string | null;
}

const aboutSecret = (id: string): string => `secret ${id}`;

const reference = ({ id, set_at, set_by, host }: SecretRow): SecretReference => ({
  secret: true,
  id,
  set_at: set_at.toISOString(),
  set_by,
  ...(host === null ? {} : { host }),
});

interface NewSecret {
  id: string;
  value: string;
  host: string | undefined;
}

/**
 * Keeps a value encrypted. What comes back names it and says when it was set and by whom; nothing gives it back.
 * @param address whose host alone may get it; absent: that of the first drawing which names it
 */
export async function keepSecret(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  value: string,
  address?: string,
): Promise<SecretReference> {
  const [kept] = await insertSecrets(tx, vault, actor, [{ id: newId(), value, host: hostOf(address) }]);
  return kept!;
}

async function insertSecrets(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  fresh: readonly NewSecret[],
): Promise<SecretReference[]> {
  if (fresh.length === 0) return [];
  const keys = await vault.keys();
  const rows = await tx.rows<SecretRow>(
    `insert into cortex.secret_values (id, sealed, host, set_by)
     select v.id, v.sealed, v.host, $4 from unnest($1::uuid[], $2::text[], $3::text[]) v(id, sealed, host)
     returning id, set_by, set_at, host`,
    [
      fresh.map(({ id }) => id),
      fresh.map(({ id, value }) => keys.seal(value, aboutSecret(id))),
      fresh.map(({ host }) => host ?? null),
      actor.label,
    ],
  );
  for (const { id } of rows) await recordAudit(tx, actor, { action: 'secret.set', targetKind: 'secret', targetId: id });
  return rows.map(reference);
}

/**
 * Takes the secrets out of what is to be stored: each header's text becomes the reference to an encrypted value, and each
 * reference says what is true of it, whatever it came with. One that names nothing here has to be set again. A value
 * is bound to the host of the first step that it stands in.
 * @param walk replaces every header value in the given part of a drawing
 * @param reuse references of values that were met before, to be used again and added to
 */
async function keepSecretsIn<T>(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  part: T,
  walk: (part: T, replace: ReplaceValue) => T,
  reuse = new Map<string, SecretReference>(),
): Promise<T> {
  const named = new Map<string, string | undefined>();
  const fresh = new Map<string, NewSecret>();
  const marked = walk(part, (value, host): HeaderValue => {
    if (value === '') return '';
    // What no header can carry is not kept: the step says that a value is missing.
    if (typeof value === 'string' && !notInHeaders.test(value)) {
      const key = `${host ?? ''} ${value}`;
      const id = reuse.get(key)?.id ?? fresh.get(key)?.id ?? newId();
      if (reuse.has(key)) named.set(id, host);
      else fresh.set(key, { id, value, host });
      return { secret: true, id };
    }
    if (!isSecretReference(value) || value.id === undefined) return { secret: true };
    named.set(value.id, named.get(value.id) ?? host);
    return { secret: true, id: value.id };
  });
  if (named.size === 0 && fresh.size === 0) return marked;
  const [ids, hosts] = [[...named.keys()], [...named.values()].map((host) => host ?? null)];
  await bind(tx, ids, hosts);
  const old = await tx.rows<SecretRow>(
    'select id, set_by, set_at, host from cortex.secret_values where id = any($1::uuid[])',
    [ids],
  );
  const made = await insertSecrets(tx, vault, actor, [...fresh.values()]);
  const known = new Map([...old.map(reference), ...made].map((one) => [one.id!, one]));
  for (const [key, { id }] of fresh) reuse.set(key, known.get(id)!);
  return walk(marked, (value) =>
    isSecretReference(value) ? (known.get(value.id?.toLowerCase() ?? '') ?? { secret: true }) : value,
  );
}

/** Binds values that were never bound; a bound one keeps its host. */
const bind = (on: Pick<Tx, 'run'>, ids: readonly string[], hosts: readonly (string | null)[]): Promise<number> =>
  on.run(
    `update cortex.secret_values s set host = n.host from unnest($1::uuid[], $2::text[]) n(id, host)
     where s.id = n.id and s.host is null and n.host is not null`,
    [ids, hosts],
  );

type Reuse = Map<string, SecretReference>;

export const keepSecretsOfGraph = (tx: Tx, vault: Vault, actor: Actor, graph: Graph, reuse?: Reuse): Promise<Graph> =>
  keepSecretsIn(tx, vault, actor, graph, withGraphHeaders, reuse);

export const keepSecretsOfHeaders = (
  tx: Tx,
  vault: Vault,
  actor: Actor,
  url: string,
  headers: Record<string, HeaderValue>,
  reuse?: Reuse,
): Promise<Record<string, HeaderValue>> =>
  keepSecretsIn(
    tx,
    vault,
    actor,
    headers,
    (given, replace) => withHeaders({ url, headers: given }, replace).headers,
    reuse,
  );

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

function withOperationHeaders(operation: Operation, replace: ReplaceValue): Operation {
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

/** A value was set for another host than the one that would get it. */
export class SecretOfOtherHost extends Error {
  override name = 'SecretOfOtherHost';
}

/**
 * The values that headers stand for, for the call that carries them and for nothing else.
 * @param url where the call goes: a value is given to the host that it was set for, and to no other
 * @throws UnreadableSecret for one that has to be set again, SecretOfOtherHost
 */
export async function revealHeaders(
  database: Database,
  vault: Vault,
  url: string,
  headers: Readonly<Record<string, HeaderValue>>,
): Promise<Record<string, string>> {
  const named = Object.values(headers).flatMap((value) => (typeof value === 'string' ? [] : [value.id]));
  if (named.length === 0) return { ...(headers as Record<string, string>) };
  const ids = named.filter((id) => id !== undefined);
  const host = hostOf(url) ?? null;
  const read = () =>
    database.rows<{ id: string; sealed: string; host: string | null }>(
      'select id, sealed, host from cortex.secret_values where id = any($1::uuid[])',
      [ids],
    );
  let rows = await read();
  // Of a release before values were bound.
  if (rows.some((row) => row.host === null)) {
    await bind(
      database,
      ids,
      ids.map(() => host),
    );
    rows = await read();
  }
  if (rows.some((row) => row.host !== host)) throw new SecretOfOtherHost();
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

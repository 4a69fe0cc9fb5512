import { sealSecondFactorsAnew, sealSigningOfKeysAnew } from '#access';
import { keepSecretsOfGraph, keepSecretsOfHeaders, keepSecretsOfOperations, sealSecretsAnew } from '#automations';
import { adminAddresses } from '#contracts';
import { withoutSecrets, type Graph, type HeaderValue, type Operation, type SecretReference } from '#graph';
import { closeAttention, openAttention, systemActor, type Database, type Log, type Tx, type Vault } from '#platform';
import { sealSigning, sealSigningAnew } from './secrets.js';

const actor = systemActor('upgrade');
const PER_TURN = 200;
const ATTENTION = 'secrets:unreadable';

type Place = 'draft' | 'version' | 'operations' | 'backtest' | 'call' | 'signing';

/**
 * At start, before anything is served: encrypts what an older version stored in the clear, encrypts anew what was encrypted
 * under an earlier CORTEX_SECRET, and says when something cannot be read with any that is known. Several processes may do
 * it at once.
 */
export async function sealStored(database: Database, vault: Vault, log: Log): Promise<void> {
  const sealed = await sealWhatIsInTheClear(database, vault, log);
  let anew =
    (await sealSigningAnew(database, vault)) +
    (await sealSecondFactorsAnew(database, vault)) +
    (await sealSigningOfKeysAnew(database, vault));
  for (let turn = PER_TURN; turn === PER_TURN; anew += turn) turn = await sealSecretsAnew(database, vault, PER_TURN);
  if (sealed + anew > 0) log.info({ sealed, anew }, 'stored secrets were encrypted');
  await sayWhatIsUnreadable(database, vault, log);
}

async function sealWhatIsInTheClear(database: Database, vault: Vault, log: Log): Promise<number> {
  // One value that stands in a draft and in its version stays one, so that they still are the same.
  const reuse = new Map<string, SecretReference>();
  for (let done = 0; ; done += 1) {
    try {
      if (!(await database.tx((tx) => sealNext(tx, vault, reuse)))) return done;
    } catch (error) {
      log.error({ err: error }, 'a stored secret could not be encrypted; the next start tries again');
      return done;
    }
  }
}

async function sealNext(tx: Tx, vault: Vault, reuse: Map<string, SecretReference>): Promise<boolean> {
  const next = await tx.row<{ place: Place; id: string }>(
    'select place, id from cortex.unsealed order by place, id limit 1 for update skip locked',
  );
  if (!next) return false;
  await sealers[next.place](tx, vault, next.id, reuse);
  await tx.run('delete from cortex.unsealed where place = $1 and id = $2', [next.place, next.id]);
  return true;
}

type Sealer = (tx: Tx, vault: Vault, id: string, reuse: Map<string, SecretReference>) => Promise<void>;

/** A column of JSON, read, sealed and written back; nothing where the row is gone. */
const column =
  <T>(
    read: string,
    write: string,
    seal: (tx: Tx, vault: Vault, value: T, reuse: Map<string, SecretReference>) => T | Promise<T>,
  ): Sealer =>
  async (tx, vault, id, reuse) => {
    const row = await tx.row<{ value: T }>(read, [id]);
    if (row) await tx.run(write, [id, JSON.stringify(await seal(tx, vault, row.value, reuse))]);
  };

const ofGraph = (tx: Tx, vault: Vault, graph: Graph, reuse: Map<string, SecretReference>) =>
  keepSecretsOfGraph(tx, vault, actor, graph, reuse);

const sealers: Record<Place, Sealer> = {
  draft: column<Graph>(
    'select draft_graph as value from cortex.automations where id = $1::uuid for update',
    'update cortex.automations set draft_graph = $2::jsonb where id = $1::uuid',
    ofGraph,
  ),
  version: column<Graph>(
    'select graph as value from cortex.automation_versions where id = $1::uuid for update',
    'update cortex.automation_versions set graph = $2::jsonb where id = $1::uuid',
    ofGraph,
  ),
  operations: column<Operation[]>(
    `select operations as value from cortex.automation_operations
     where automation_id = split_part($1, ':', 1)::uuid and revision = split_part($1, ':', 2)::int for update`,
    `update cortex.automation_operations set operations = $2::jsonb
     where automation_id = split_part($1, ':', 1)::uuid and revision = split_part($1, ':', 2)::int`,
    (tx, vault, operations, reuse) => keepSecretsOfOperations(tx, vault, actor, operations, reuse),
  ),
  backtest: column<Graph>(
    'select graph as value from cortex.backtests where id = $1::uuid for update',
    'update cortex.backtests set graph = $2::jsonb where id = $1::uuid',
    (_tx, _vault, graph) => withoutSecrets(graph),
  ),
  call: async (tx, vault, id, reuse) => {
    const row = await tx.row<{ url: string; headers: Record<string, HeaderValue> }>(
      'select url, headers from cortex.webhook_calls where id = $1::uuid for update',
      [id],
    );
    if (!row) return;
    const headers = await keepSecretsOfHeaders(tx, vault, actor, row.url, row.headers, reuse);
    await tx.run('update cortex.webhook_calls set headers = $2::jsonb where id = $1::uuid', [
      id,
      JSON.stringify(headers),
    ]);
  },
  signing: (tx, vault, id) => sealSigning(tx, vault, id),
};

/** A database that came without its secret, or a secret that was changed without naming the one before. */
async function sayWhatIsUnreadable(database: Database, vault: Vault, log: Log): Promise<void> {
  const { known } = await vault.keys();
  const { lost } = (await database.row<{ lost: number }>(
    `select count(*)::int as lost from (
       select sealed from cortex.secret_values union all select value from cortex.webhook_secrets) s
     where not exists (select from unnest($1::text[]) k where starts_with(s.sealed, k))
       and starts_with(s.sealed, 'v1.')`,
    [known],
  ))!;
  await database.tx(async (tx) => {
    if (lost === 0) return closeAttention(tx, ATTENTION);
    log.warn({ lost }, 'stored secrets cannot be read with this CORTEX_SECRET');
    await openAttention(tx, {
      key: ATTENTION,
      kind: 'secrets',
      title: 'Stored secrets cannot be read',
      detail: `${lost === 1 ? 'One secret was' : `${lost} secrets were`} encrypted under another CORTEX_SECRET. Start with that one in CORTEX_SECRET_PREVIOUS, or set them again: headers in their webhook steps, the webhook secret in the settings.`,
      action: { label: 'Open the settings', href: adminAddresses.settings('webhooks') },
      facts: { lost },
    });
  });
}

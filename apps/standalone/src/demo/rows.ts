import { newId, type Tx } from '#platform';

/** Inserts rows given as objects, typed by the table itself, and names them as the demo's. */
export async function insertMarked(
  tx: Tx,
  table: string,
  kind: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!).join(', ');
  await tx.run(
    `insert into ${table} (${columns})
     select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
  await tx.run(
    'insert into cortex.demo_rows (kind, id) select $1, id from jsonb_to_recordset($2::jsonb) as r (id uuid)',
    [kind, JSON.stringify(rows)],
  );
}

/**
 * Directory rows that are marked as the demo's, so that their mail never reaches Postmark. They come before the shop's
 * rows; the triggers complete them from the profiles and leads at commit.
 */
export async function insertPeople(tx: Tx, addresses: readonly string[]): Promise<void> {
  const rows = addresses.map((address) => ({ id: newId(), address })).sort((a, b) => (a.address < b.address ? -1 : 1));
  await tx.run(
    `insert into cortex.people (person_id, address, demo)
     select id, address, true from jsonb_to_recordset($1::jsonb) as r (id uuid, address text)`,
    [JSON.stringify(rows)],
  );
  await tx.run(
    `insert into cortex.demo_rows (kind, id) select 'person', id from jsonb_to_recordset($1::jsonb) as r (id uuid)`,
    [JSON.stringify(rows)],
  );
}

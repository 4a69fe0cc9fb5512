import type { Tx } from '#platform';

/** Wrong on purpose: what `sql-types.db.spec.ts` must find. Nobody calls it. */
export async function mistakes(tx: Tx, list: string[]): Promise<void> {
  await tx.rows<{ n: number }>('select count(*) as n from cortex.people');
  await tx.row<{ id: string; name: string }>('select person_id as id from cortex.people');
  await tx.rows<{ created_at: string }>('select created_at from cortex.automations');
  await tx.rows<{ about: { at: Date } }>("select jsonb_build_object('at', now()) as about");
  await tx.rows<{ ids: number[] }>('select array_agg(person_id) as ids from cortex.people');
  await tx.rows<{ address: string | null }>('select address from cortex.people');
  await tx.rows<{ address: string | null }>(
    'select p.address from cortex.automations a left join cortex.people p on a.name = p.address',
  );
  await tx.run('update cortex.people set nickname = null');
  for (const column of ['email', 'e_mail'] as const) await tx.run(`select ${column} from cortex.people`);
  await tx.run('delete from cortex.people where person_id = $1 and address = $2', ['only one']);
  await tx.run('update cortex.automations set draft_graph = $1', [list]);
  await tx.run('delete from cortex.people where person_id = any($1)', [new Date()]);
  await tx.run(list.join(' '));
}

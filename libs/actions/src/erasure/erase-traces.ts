import { recordAudit, type Actor, type Tx } from '#platform';
import type { Known } from './who.js';

/** Tables whose text is left alone by the search through all of them. */
const LEFT_OUT = [
  // Rows about one person, which are erased by the person.
  'public.crm_activities',
  'public.unified_profiles',
  'public.purchase_leads',
  'cortex.people',
  'cortex.messages',
  'cortex.automation_run_steps',
  // Sealed: emptied, not changed.
  'cortex.audit',
  // Staff of the same address are refused beforehand.
  'cortex_staff.user',
  'cortex_staff.account',
  'cortex_staff.session',
  // Of no person.
  'cortex.migrations',
  'cortex.migration_files',
  'cortex.secrets',
  'cortex.secret_values',
];

/** What was done with them by hand, this action included: when, by whom and what became of it stay. */
export async function emptyTheirActions(tx: Tx, actionId: string, { person_ids }: Known): Promise<void> {
  await tx.run(
    `update cortex.contact_actions a set plan = '{}', input = case when a.id = $1 then a.input - 'confirm' else '{}' end
     where a.person_id = any($2::uuid[])`,
    [actionId, person_ids],
  );
  await tx.run(
    `update cortex.contact_action_effects e set kept = null, detail = case when e.action_id = $1 then e.detail else '' end
     from cortex.contact_actions a where a.person_id = any($2::uuid[]) and e.action_id = a.id`,
    [actionId, person_ids],
  );
}

/**
 * Empties the entries of the audit that are about them or name them. Who did what and when stays, and an entry of its own
 * says which were emptied, so that one that was emptied otherwise is noticed.
 * @returns how many
 */
export async function emptyAudit(tx: Tx, by: Actor, actionId: string, known: Known): Promise<number> {
  const emptied = await tx.rows<{ id: string }>(
    `with wanted as (
       select cortex.pattern_of_addresses($1::text[]) as pattern
     ), about as materialized (
       select a.id from cortex.audit a, wanted w
       where a.erased_hash is null and (a.before is not null or a.after is not null or a.target_id ~* w.pattern)
         and (a.target_id = any($2::text[]) or a.target_id ~* w.pattern or a.before::text ~* w.pattern or a.after::text ~* w.pattern)
     )
     update cortex.audit a set before = null, after = null, erased_hash = cortex.audit_entry_hash(a),
       target_id = case when a.target_id ~* w.pattern then null else a.target_id end
     from about b, wanted w where a.id = b.id
     returning a.id`,
    [known.spellings, [...known.person_ids, ...known.ids]],
  );
  if (emptied.length > 0)
    await recordAudit(tx, by, {
      action: 'audit.emptied',
      targetKind: 'contact',
      after: { action_id: actionId, entries: emptied.map(({ id }) => id) },
    });
  return emptied.length;
}

/** SQL: whether bytes hold one of the addresses of `$1`. */
const has = (bytes: string) =>
  `lower(convert_from(${bytes}, 'LATIN1')) like any(array(select '%' || replace(replace(a, '\\', '\\\\'), '_', '\\_') || '%' from unnest($1::text[]) a))`;

/**
 * Files in which they stand, imported and exported ones: they can be made again, and go by themselves after some days.
 * Not of a job that is still at it. @returns how many
 */
export async function deleteFilesWithThem(tx: Tx, { spellings }: Known): Promise<number> {
  await tx.run(
    `update cortex.jobs j set input = null where j.status not in ('queued', 'running') and ${has('j.input')}`,
    [spellings],
  );
  return tx.run(
    `delete from cortex.files f where f.id in (select d.file_id from cortex.file_parts d where ${has('d.data')})
       and not exists (select from cortex.jobs j where j.file_id = f.id and j.status in ('queued', 'running'))`,
    [spellings],
  );
}

/** Whatever else names them, in any text of any table. @returns how many rows */
export async function eraseFreeText(tx: Tx, { spellings, names }: Known): Promise<number> {
  if (spellings.length === 0) return 0;
  // A kept answer is repeated word for word or not at all.
  const answers = await tx.run(
    `delete from cortex.request_keys k where k.answer::text ~* cortex.pattern_of_addresses($1::text[])`,
    [spellings],
  );
  // A body that was refused may say more of them than their address.
  const bodies = await tx.run(
    `delete from cortex.source_rejects r where r.body ~* cortex.pattern_of_addresses($1::text[])`,
    [spellings],
  );
  const samples = await tx.run(
    `delete from cortex.inbound_samples s where s.body ~* cortex.pattern_of_addresses($1::text[])`,
    [spellings],
  );
  const row = await tx.row<{ n: number }>('select cortex.erase_text($1::text[], $2::text[], $3::text[])::int as n', [
    spellings,
    names,
    LEFT_OUT,
  ]);
  return answers + bodies + samples + row!.n;
}

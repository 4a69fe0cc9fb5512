import { Injectable } from '@nestjs/common';
import { turnsOf } from '#enrollments';
import { Database, recordAudit, type Actor, type Tx } from '#platform';
import { personalIds } from '#rules';
import { beginJob } from './begin-job.js';
import { asHistory, line, resultHeading } from './import-people.js';
import { counted, type RunningJob, type Step, type SteppedWork } from './step.js';
import { takeUndo } from './take-undo.js';
import { consentKept, kept, whole } from './write-people.js';

/** Changes that one step takes back. */
const AT_A_TIME = 200;

type Kind = 'customer' | 'lead';
const tables = { customer: 'public.unified_profiles', lead: 'public.purchase_leads' } as const;

interface Change {
  ord: string;
  row_no: number;
  address: string;
  kind: Kind;
  record_id: string;
  was_created: boolean;
  wrote: boolean;
  about_consent: boolean;
}

/** Why something stays as it is; nothing where it was taken back. */
type Left = Map<string, string>;

/**
 * Takes an import back, the last change first: what nobody changed since is as it was, and who came by it and did
 * nothing since is removed.
 */
@Injectable()
export class UndoImport implements SteppedWork {
  readonly kind = 'contacts.import_undo';

  constructor(private readonly database: Database) {}

  /** Answers the job's id. @throws AppError 404; 409 when there is nothing to undo, or it still runs */
  async start(actor: Actor, importId: string): Promise<string> {
    return this.database.tx(async (tx) => {
      await takeUndo(tx, importId);
      const all = await tx.row<{ n: number }>(
        'select count(*)::int as n from cortex.import_changes where job_id = $1',
        [importId],
      );
      await recordAudit(tx, actor, { action: 'contacts.import_undone', targetKind: 'job', targetId: importId });
      return beginJob(tx, actor, {
        kind: this.kind,
        action: 'undo',
        input: { import_id: importId },
        total: all!.n,
        fileName: 'What undoing an import did',
        heading: resultHeading,
      });
    });
  }

  async step(tx: Tx, job: RunningJob): Promise<Step> {
    const { import_id } = JSON.parse(job.input.toString()) as { import_id: string };
    await asHistory(tx, job);
    const changes = await tx.rows<Change>(
      `select ord, row_no, address, kind, record_id, before is null and after is not null as was_created,
         after is not null as wrote, consent_after is not null as about_consent
       from cortex.import_changes
       where job_id = $1 and ($2::bigint is null or ord < $2) order by ord desc limit $3`,
      [import_id, job.position, AT_A_TIME],
    );
    const counts = { ...job.progress.counts };
    const left: Left = new Map();
    // Of several changes of one row the last first.
    for (const turn of turnsOf(changes, ({ record_id }) => record_id)) await takeBack(tx, import_id, turn, left);
    await tx.run('delete from cortex.import_changes where job_id = $1 and ord = any($2::bigint[])', [
      import_id,
      changes.map(({ ord }) => ord),
    ]);
    const lines = changes.map(({ ord, row_no, address, was_created }) => {
      const why = left.get(ord) ?? '';
      const result = why === '' ? (was_created ? 'removed' : 'restored') : 'kept';
      counted(counts, result);
      return line({ row: row_no, address, result, why });
    });
    return {
      position: changes.length < AT_A_TIME ? undefined : changes.at(-1)!.ord,
      progress: { ...job.progress, done: job.progress.done + changes.length, counts },
      lines: lines.join(''),
    };
  }
}

async function takeBack(tx: Tx, importId: string, changes: readonly Change[], left: Left): Promise<void> {
  for (const kind of ['customer', 'lead'] as const) {
    const of = (want: (change: Change) => boolean) =>
      changes.filter((change) => change.kind === kind && want(change)).map(({ ord }) => ord);
    await restore(
      tx,
      importId,
      kind,
      of((change) => change.wrote && !change.was_created),
      left,
    );
    await remove(
      tx,
      importId,
      kind,
      of((change) => change.was_created),
      left,
    );
  }
  const about = changes.filter((change) => change.about_consent && !left.has(change.ord)).map(({ ord }) => ord);
  await restoreConsent(tx, importId, about, left);
}

/** SQL: a column as it was before, where it still is what the import made of it. */
const back = (column: string, was: string, same: string): string =>
  `${column} = case when ${same} then ${was} else t.${column} end`;

const backs = [
  ...personalIds.map((id) => back(id, `c.before->>'${id}'`, `t.${id} is not distinct from c.after->>'${id}'`)),
  back('tags', "array(select jsonb_array_elements_text(c.before->'tags'))", "to_jsonb(t.tags) = c.after->'tags'"),
  back('attributes', "c.before->'attributes'", "t.attributes = c.after->'attributes'"),
].join(',\n  ');

async function restore(tx: Tx, importId: string, kind: Kind, ords: string[], left: Left): Promise<void> {
  if (ords.length === 0) return;
  // With the accounts that are linked with theirs, whose rows follow.
  await tx.rows(
    `select cortex.lock_with_linked(array(select (c.consent_after->>'person_id')::uuid from cortex.import_changes c
       where c.job_id = $1 and c.ord = any($2::bigint[])))`,
    [importId, ords],
  );
  const rows = await tx.rows<{ ord: string; same: boolean }>(
    `update ${tables[kind]} t set ${backs}, updated_at = cortex.now()
     from cortex.import_changes c where c.job_id = $1 and c.ord = any($2::bigint[]) and t.id = c.record_id
     returning c.ord, not exists (
       select from jsonb_object_keys(c.before) k
       where c.before->k is distinct from c.after->k and (${kept('new')})->k is distinct from c.before->k) as same`,
    [importId, ords],
  );
  const found = new Map(rows.map(({ ord, same }) => [ord, same]));
  for (const ord of ords) {
    if (!found.has(ord)) left.set(ord, 'They are gone, or became a customer since.');
    else if (!found.get(ord)) left.set(ord, 'Someone changed them since. What they changed was kept.');
  }
}

/** What the import itself caused, and lists of rules that they entered by it, are nothing that happened since. */
const didSomething = (kind: Kind): string => `exists (
  select from public.crm_activities a join cortex.people p on p.person_id = a.person_id
  where p.address = cortex.address(t.email) collate "C"
    and a.type not in ('lead.created', 'contact.updated', 'smart_list.entered', 'smart_list.left'))
  or exists (select from cortex.messages m join cortex.people p on p.person_id = m.person_id
    where p.address = cortex.address(t.email) collate "C")
  or exists (select from cortex.automation_runs r join cortex.people p on p.person_id = r.person_id
    where p.address = cortex.address(t.email) collate "C")
  or exists (select from cortex.contact_notes n join cortex.people p on p.person_id = n.person_id
    where p.address = cortex.address(t.email) collate "C")
  or exists (select from cortex.people p
    where p.address = cortex.address(t.email) collate "C" and case when c.consent_after is null
      then p.consent_at > j.created_at else ${consentKept('p')} <> c.consent_after end)
  or exists (select from cortex.list_members m
    join public.crm_smart_lists l on l.id = m.smart_list_id and l.kind = 'static'
    join cortex.people p on p.person_id = m.person_id
    where p.address = cortex.address(t.email) collate "C" and m.entered_at > j.created_at)
  or exists (select from public.enrollments e where ${kind === 'customer' ? 'e.profile_id' : 'e.lead_id'} = t.id)
  ${kind === 'customer' ? 'or exists (select from public.transactions x where x.profile_id = t.id)' : ''}`;

async function remove(tx: Tx, importId: string, kind: Kind, ords: string[], left: Left): Promise<void> {
  if (ords.length === 0) return;
  const rows = await tx.rows<{ ord: string; id: string; changed: boolean; did: boolean }>(
    `select c.ord, t.id, (${whole('t')}) is distinct from c.after as changed, (${didSomething(kind)}) as did
     from cortex.import_changes c join cortex.jobs j on j.id = c.job_id join ${tables[kind]} t on t.id = c.record_id
     where c.job_id = $1 and c.ord = any($2::bigint[]) for update of t`,
    [importId, ords],
  );
  for (const { ord, changed, did } of rows) {
    if (did) left.set(ord, 'Something happened to them since, so they were kept.');
    else if (changed) left.set(ord, 'Someone changed them since, so they were kept.');
  }
  const gone = rows.filter(({ ord }) => !left.has(ord)).map(({ id }) => id);
  await tx.run(`delete from ${tables[kind]} where id = any($1::uuid[])`, [gone]);
}

async function restoreConsent(tx: Tx, importId: string, ords: string[], left: Left): Promise<void> {
  if (ords.length === 0) return;
  const rows = await tx.rows<{ ord: string; same: boolean }>(
    `with locked as materialized (
       select c.ord, p.person_id, ${consentKept('p')} = c.consent_after as same, c.consent_before as was
       from cortex.import_changes c join cortex.people p on p.person_id = (c.consent_after->>'person_id')::uuid
       where c.job_id = $1 and c.ord = any($2::bigint[]) order by p.address for no key update of p
     ), put as (
       update cortex.people p set consent_status = l.was->>'status', consent_source = l.was->>'source',
         consent_at = (l.was->>'at')::timestamptz, consent_by = l.was->>'by', consent_text = l.was->>'text'
       from locked l where p.person_id = l.person_id and l.same
     )
     select ord, same from locked`,
    [importId, ords],
  );
  for (const { ord, same } of rows)
    if (!same) left.set(ord, 'They said something else about e-mails since, which was kept.');
}

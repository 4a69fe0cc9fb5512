import { Injectable } from '@nestjs/common';
import { closeAttention, Database, lockPeople, lockSettings, recordAudit, type Actor, type Tx } from '#platform';

/**
 * How the demo's rows of each kind go, those that refer to others first. Whatever hangs on a demo person (activities,
 * runs, messages) goes with the person; the person's key stays as an invisible placeholder.
 */
const REMOVALS: [kind: string, statement: string][] = [
  ['enrollment', 'delete from public.enrollments where id = any($1)'],
  ['transaction', 'delete from public.transactions where id = any($1)'],
  ['lead', 'delete from public.purchase_leads where id = any($1)'],
  ['profile', 'delete from public.unified_profiles where id = any($1)'],
  [
    'smart_list',
    `delete from public.crm_smart_lists l where id = any($1)
       and not exists (select from cortex.uses u where u.used_kind = 'smart_list' and u.used_id = l.id)`,
  ],
  [
    'course',
    `delete from public.courses c where id = any($1)
       and not exists (select from public.enrollments e where e.course_id = c.id)`,
  ],
];

const OF_DEMO_PEOPLE: [kind: string, statement: string][] = [
  // Whoever goes was never a candidate, so that the sum of a broadcast holds.
  [
    'candidate',
    `update cortex.broadcasts b set candidates = b.candidates - g.n
     from (
       select c.broadcast_id, count(*)::int as n from (
         select m.broadcast_id from cortex.messages m where m.person_id = any($1) and m.broadcast_id is not null
         union all
         select e.broadcast_id from cortex.broadcast_exclusions e where e.person_id = any($1)) c
       group by 1) g
     where b.id = g.broadcast_id`,
  ],
  [
    'left out',
    `update cortex.broadcasts b set left_out = coalesce((
       select jsonb_object_agg(s.reason, s.n) from (
         select e.reason, count(*)::int as n from cortex.broadcast_exclusions e
         where e.broadcast_id = b.id and e.person_id <> all($1) group by 1) s), '{}')
     where b.id in (select e.broadcast_id from cortex.broadcast_exclusions e where e.person_id = any($1))`,
  ],
  ['exclusion', 'delete from cortex.broadcast_exclusions where person_id = any($1)'],
  ['queued mail', 'delete from cortex.outgoing where person_id = any($1)'],
  ['message', 'delete from cortex.messages where person_id = any($1)'],
  [
    'step',
    `delete from cortex.automation_run_steps s using cortex.automation_runs r
     where s.run_id = r.id and r.person_id = any($1)`,
  ],
  ['run', 'delete from cortex.automation_runs where person_id = any($1)'],
  ['note', 'delete from cortex.contact_notes where person_id = any($1)'],
  ['told apart', 'delete from cortex.different_people where person_id = any($1) or other_id = any($1)'],
  ['topic choice', 'delete from cortex.topic_choices where person_id = any($1)'],
  ['link', 'delete from cortex.person_links where person_id = any($1) or into_person_id = any($1)'],
  ['action', 'delete from cortex.contact_actions where person_id = any($1)'],
  // Their addresses belong to nobody, and may be somebody's one day.
  [
    'suppression',
    `delete from cortex.suppressions s using cortex.people p where p.person_id = any($1) and s.address = p.address`,
  ],
  ['inbox', 'delete from cortex.activity_inbox where person_id = any($1)'],
  ['activity', 'delete from public.crm_activities where person_id = any($1)'],
];

/** The sample people and what belongs to them; marked in `cortex.demo_rows` by whoever made them. */
@Injectable()
export class DemoData {
  constructor(private readonly database: Database) {}

  /** Removes everything the demo made. @returns how many rows went, by kind; nothing when there is no demo */
  async remove(actor: Actor): Promise<Record<string, number>> {
    return this.database.tx(async (tx) => {
      const removed: Record<string, number> = {};
      await lockSettings(tx);
      const people = await tx.rows<{ person_id: string }>(
        'select person_id from cortex.people where demo order by address',
      );
      const ids = people.map((person) => person.person_id);
      await lockPeople(tx, ids);
      for (const [kind, statement] of REMOVALS) removed[kind] = await tx.run(statement, [await this.marked(tx, kind)]);
      // After them, because a lost enrollment is an activity too.
      for (const [kind, statement] of OF_DEMO_PEOPLE) removed[kind] = await tx.run(statement, [ids]);
      removed.automation = await this.removeAutomations(tx);
      await tx.run('update cortex.people set demo = false where demo');
      await tx.run('delete from cortex.demo_rows');
      // The demo mails people who never answered; the people who come now have not been asked.
      await tx.run('update cortex.settings set demo = false, mail_unanswered = false, updated_at = cortex.now()');
      const counted = Object.fromEntries(Object.entries(removed).filter(([, count]) => count > 0));
      await recordAudit(tx, actor, { action: 'demo.removed', targetKind: 'settings', after: counted });
      return counted;
    });
  }

  private async marked(tx: Tx, kind: string): Promise<string[]> {
    const rows = await tx.rows<{ id: string }>('select id from cortex.demo_rows where kind = $1', [kind]);
    return rows.map((row) => row.id);
  }

  private async removeAutomations(tx: Tx): Promise<number> {
    const demo = '(select id from cortex.automations where demo)';
    const open = await tx.rows<{ key: string }>(
      `select t.key from cortex.attention t
       where t.closed_at is null and t.facts ->> 'automation_id' in (select id::text from cortex.automations where demo)
       order by t.key`,
    );
    for (const { key } of open) await closeAttention(tx, key);
    await tx.run(`delete from cortex.automation_run_steps s using cortex.automation_runs r
      where s.run_id = r.id and r.automation_id in ${demo}`);
    await tx.run(`delete from cortex.automation_runs where automation_id in ${demo}`);
    await tx.run(`delete from cortex.automation_versions where automation_id in ${demo}`);
    return tx.run('delete from cortex.automations where demo');
  }
}

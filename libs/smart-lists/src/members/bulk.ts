import { Injectable } from '@nestjs/common';
import type { BulkAction, BulkChange, JobAnswer } from '#contracts';
import { writeAs } from '#directory';
import { AppError, Database, notFound, recordAudit, type Actor, type Tx } from '#platform';
import { ListMembers, peopleById } from './members.js';
import { RuleQuestions } from '../questions/rule-questions.js';

/** People that one bulk change may reach. */
const MOST = 100_000;
/** People written in one statement. */
const CHUNK = 1_000;
/** Unknown ids that a result repeats. */
const UNKNOWN_SHOWN = 10_000;

interface Person {
  person_id: string;
  /** Of the profile, or of the newest lead. */
  id: string;
  type: 'customer' | 'lead';
}

type DirectoryAction = Exclude<BulkAction, { type: 'enter_automation' }>;
/** A change of the directory itself; entering automations is the engine's. */
export type DirectoryChange = Pick<BulkChange, 'ids' | 'rules'> & { action: DirectoryAction };

/** The same change to many people: tags, and static lists. Done by a job, all of it or nothing. */
@Injectable()
export class BulkChanges {
  constructor(
    private readonly database: Database,
    private readonly members: ListMembers,
    private readonly questions: RuleQuestions,
  ) {}

  /** What cannot succeed is refused before a job is made of it. @throws AppError 404; 400 for a list of rules */
  async check({ rules, action }: DirectoryChange): Promise<void> {
    if (rules) await this.questions.search(rules, { sort: '-created_at', limit: 1 });
    if (!('smart_list_id' in action)) return;
    const list = await this.database.row<{ kind: string }>('select kind from public.crm_smart_lists where id = $1', [
      action.smart_list_id,
    ]);
    if (!list) throw notFound('smart list');
    if (list.kind !== 'static') {
      throw new AppError(
        'not_a_static_list',
        'This list follows its rules. People can be added or removed by hand only in static lists.',
      );
    }
  }

  /** Does the change in the job's transaction. @throws AppError when it reaches too many, or the list is gone */
  async workIn(
    tx: Tx,
    actor: Actor,
    jobId: string,
    change: DirectoryChange,
  ): Promise<NonNullable<JobAnswer['result']>> {
    const { people, unknown } = await this.meant(tx, change);
    const changed = await this.apply(tx, actor, jobId, change.action, people);
    return { changed, unknown_count: unknown.length, unknown: unknown.slice(0, UNKNOWN_SHOWN) };
  }

  /** Who is meant, each once, and the ids that nobody has. @throws AppError when the rules reach too many */
  async meant(
    tx: Tx,
    { ids, rules }: Pick<BulkChange, 'ids' | 'rules'>,
  ): Promise<{ people: Person[]; unknown: string[] }> {
    return rules ? { people: await this.byRules(tx, rules), unknown: [] } : byIds(tx, ids ?? []);
  }

  private async byRules(tx: Tx, rules: NonNullable<BulkChange['rules']>): Promise<Person[]> {
    const { text, values } = await this.questions.conditionIn(tx, rules);
    const people = await tx.rows<Person>(
      `select p.person_id, p.id, p.type from cortex.people p where p.type is not null and (${text})
       order by p.person_id limit ${MOST + 1}`,
      values,
    );
    if (people.length > MOST) {
      throw new AppError(
        'too_many_people',
        `This would reach more than ${MOST.toLocaleString('en')} people at once. Narrow the rules.`,
      );
    }
    return people;
  }

  private async apply(
    tx: Tx,
    actor: Actor,
    jobId: string,
    action: DirectoryAction,
    people: readonly Person[],
  ): Promise<number> {
    if ('smart_list_id' in action) {
      const how = action.type === 'add_to_list' ? 'add' : 'remove';
      const named = { contact_ids: people.map(({ id }) => id) };
      return this.members.changeIn(tx, actor, action.smart_list_id, how, [named], {
        moved: (moved) =>
          tx.run(
            `insert into cortex.bulk_changes (job_id, kind, record_id)
             select $1, 'member', person_id from unnest($2::uuid[]) person_id`,
            [jobId, moved],
          ),
      });
    }
    await writeAs(tx, { by: actor.label });
    let changed = 0;
    for (let at = 0; at < people.length; at += CHUNK) {
      changed += await changeTags(tx, jobId, action, people.slice(at, at + CHUNK));
    }
    // How many, not whom: the audit keeps no ids that the directory may have to forget.
    const after = { tags: action.tags, people: changed };
    if (changed > 0) await recordAudit(tx, actor, { action: `contacts.${action.type}`, targetKind: 'contacts', after });
    return changed;
  }
}

const tables = { customer: 'public.unified_profiles', lead: 'public.purchase_leads' } as const;

/** Tags are the same without regard to case. Answers how many people had none, or any, of them. */
async function changeTags(
  tx: Tx,
  jobId: string,
  { type, tags }: Extract<DirectoryAction, { tags: string[] }>,
  people: readonly Person[],
): Promise<number> {
  const given = tags.filter((tag, at) => tags.indexOf(tag) === at);
  const had = 'cortex.plain_tags(tags)';
  const next =
    type === 'add_tags'
      ? `${had} || array(select g from unnest($2::text[]) with ordinality as n (g, at)
           where cortex.fold(g) <> all (cortex.fold_all(${had})) order by at)`
      : `array(select t from unnest(${had}) with ordinality as n (t, at)
           where cortex.fold(t) <> all (cortex.fold_all($2::text[])) order by at)`;
  let changed = 0;
  for (const [kind, table] of Object.entries(tables)) {
    const ids = people.filter((person) => person.type === kind).map(({ id }) => id);
    // A lead always shows the tag "lead"; it is not stored with it.
    const wanted = kind === 'lead' ? given.filter((tag) => tag.toLowerCase() !== 'lead') : given;
    if (ids.length === 0 || wanted.length === 0) continue;
    changed += await tx.run(
      `with changed as (
         update ${table} set tags = ${next}, updated_at = cortex.now()
         where id = any($1::uuid[]) and ${had} is distinct from ${next}
         returning id, cortex.plain_tags(old.tags) as was, cortex.plain_tags(new.tags) as now
       )
       insert into cortex.bulk_changes (job_id, kind, record_id, tags)
       select $3, $4, c.id, case when $5 then array(select g from unnest(c.now) g where g <> all (c.was))
         else array(select g from unnest(c.was) g where g <> all (c.now)) end
       from changed c`,
      [ids, wanted, jobId, kind, type === 'add_tags'],
    );
  }
  return changed;
}

async function byIds(tx: Tx, ids: readonly string[]): Promise<{ people: Person[]; unknown: string[] }> {
  const { people, unknown } = await peopleById(tx, ids);
  const rows = await tx.rows<Person>(
    'select person_id, id, type from cortex.people where person_id = any($1::uuid[]) order by person_id',
    [people],
  );
  return { people: rows, unknown };
}

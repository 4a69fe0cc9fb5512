import { Injectable } from '@nestjs/common';
import { exportColumns, type ContactAnswer, type ExportColumn, type ExportOrder } from '#contracts';
import { contactPage, presentContact } from '#directory';
import { Database, recordAudit, type Actor, type Tx } from '#platform';
import { csvCell, type Group, type SqlFragment } from '#rules';
import { peopleById, RuleQuestions } from '#smart-lists';
import { beginJob } from './begin-job.js';
import type { RunningJob, Step, SteppedWork } from './step.js';

/** People that are read at a time, and the most that is held in memory of a file. */
const AT_A_TIME = 1_000;

interface Kept {
  /** Who was named, or the rules. */
  people?: string[];
  rules?: Group;
  columns: ExportColumn[];
}

/** People of the directory as a CSV file, in keyset pages. */
@Injectable()
export class ExportPeople implements SteppedWork {
  readonly kind = 'contacts.export';

  constructor(
    private readonly database: Database,
    private readonly questions: RuleQuestions,
  ) {}

  /** Answers the job's id. @throws AppError 400 for rules that cannot be asked */
  async start(actor: Actor, { ids, rules, columns = [...exportColumns] }: ExportOrder): Promise<string> {
    // What cannot succeed is refused before a job is made of it.
    if (rules) await this.questions.search(rules, { sort: '-created_at', limit: 1 });
    return this.database.tx(async (tx) => {
      const named = ids && (await peopleById(tx, ids));
      const people = named && [...new Set(named.people)];
      const input: Kept = { columns, ...(people ? { people } : { rules: rules! }) };
      // How they were chosen, not who they are: the audit keeps no ids that the directory may have to forget.
      const after = { columns, ...(people ? { people: people.length } : { rules }) };
      await recordAudit(tx, actor, { action: 'contacts.exported', targetKind: 'contacts', after });
      return beginJob(tx, actor, {
        kind: this.kind,
        action: 'export',
        input,
        total: people?.length ?? null,
        counts: named && named.unknown.length > 0 ? { unknown: named.unknown.length } : {},
        fileName: 'People',
        heading: columns.map((column) => csvCell(column)),
      });
    });
  }

  async step(tx: Tx, job: RunningJob): Promise<Step> {
    const kept = JSON.parse(job.input.toString()) as Kept;
    const { rows, next_cursor } = await contactPage(tx, {
      sort: '-created_at',
      limit: AT_A_TIME,
      rulesSql: await this.condition(tx, kept),
      ...(job.position === null ? {} : { cursor: job.position }),
    });
    const lines = rows.map((row) => {
      const contact = presentContact(row);
      return `${kept.columns.map((column) => csvCell(textOf(contact, column))).join(',')}\r\n`;
    });
    return {
      position: next_cursor ?? undefined,
      progress: { ...job.progress, done: job.progress.done + rows.length },
      lines: lines.join(''),
    };
  }

  private async condition(tx: Tx, { people, rules }: Kept): Promise<SqlFragment> {
    if (rules) return this.questions.conditionIn(tx, rules);
    return { text: 'p.person_id = any($1::uuid[])', values: [people ?? []] };
  }
}

/** What stands in a cell; nothing where somebody has no value. */
function textOf(contact: ContactAnswer, column: ExportColumn): string {
  if (column.startsWith('attributes.')) return plain(contact.attributes[column.slice('attributes.'.length)]);
  if (column === 'consent') return contact.consent.status;
  if (column === 'tags') return contact.tags.join(', ');
  if (column === 'other_currencies')
    return contact.other_currencies.map(({ currency, amount }) => `${currency} ${amount}`).join(', ');
  return plain(contact[column as Exclude<ExportColumn, `attributes.${string}`>]);
}

const plain = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
};

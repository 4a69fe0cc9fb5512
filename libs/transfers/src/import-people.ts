import { Injectable } from '@nestjs/common';
import type { ImportFile, ImportOrder, ImportTarget } from '#contracts';
import { momentOf, writeAs } from '#directory';
import { AppError, Database, inThreads, invalidRequest, notFound, recordAudit, type Actor, type Tx } from '#platform';
import { csvCell, type Moment } from '#rules';
import { beginJob } from './begin-job.js';
import { addToFile, beginFile, partOfFile } from './files.js';
import type * as thread from './import-file.thread.js';
import { proposed, remember, remembered, type Mapping } from './mapping.js';
import { readRow, type Item, type RowProblem } from './read-row.js';
import { counted, type RunningJob, type Step, type SteppedWork } from './step.js';
import { writePeople, type Outcome } from './write-people.js';

/** Milliseconds that reading a file may wait and take; a million rows take some seconds. */
const PATIENCE = 120_000;
const inThread = inThreads<typeof thread>(new URL('./import-file.thread.js', import.meta.url), { patience: PATIENCE });

/** Rows of one part of a kept file: the thread makes as many. */
const PER_PART = 500;
/** Wrong rows that the job itself names; its file has all of them. */
const NAMED = 20;
export const resultHeading = ['row', 'email', 'result', 'why'];

/** What is known of a kept file. */
type About = Pick<ImportFile, 'columns' | 'rows' | 'encoding' | 'delimiter' | 'preview'>;

interface Kept {
  file: string;
  columns: string[];
  mapping: Mapping;
  dry_run: boolean;
  unknown: 'lead' | 'customer';
  tags: string[];
  consent_source?: string;
}

/**
 * People from a CSV file. The file is kept in parts of some hundred rows; each step of the job writes one part, in one
 * transaction with the place where it ended. What it causes is history: no automation starts by it.
 */
@Injectable()
export class ImportPeople implements SteppedWork {
  readonly kind = 'contacts.import';

  constructor(private readonly database: Database) {}

  /** Reads and keeps a file, and proposes what its columns are. @throws AppError 400 for one that cannot be read */
  async keep(given: Uint8Array): Promise<ImportFile> {
    const read = await inThread('read', given);
    if (typeof read === 'string') throw new AppError('unreadable_file', read);
    const { pieces, ...about } = read;
    const media_id = await this.database.tx(async (tx) => {
      const id = await beginFile(tx, 'Import', about satisfies About);
      for (const piece of pieces) await addToFile(tx, id, piece);
      return id;
    });
    const known = await remembered(this.database, about.columns);
    return { media_id, ...about, mapping: known ?? proposed(about.columns), remembered: known !== undefined };
  }

  /** Answers the job's id. @throws AppError 404; 400 for a mapping that cannot be used or a file that cannot be read */
  async start(actor: Actor, order: ImportOrder): Promise<string> {
    const media = order.media_id ?? (await this.keep(Buffer.from(order.csv ?? ''))).media_id;
    const file = await this.database.row<{ about: About | null }>('select about from cortex.files where id = $1', [
      media,
    ]);
    if (!file?.about) throw notFound('file');
    const { columns, rows } = file.about;
    const mapping = order.mapping ?? (await remembered(this.database, columns)) ?? proposed(columns);
    check(columns, mapping, order.consent_source);
    const input: Kept = {
      file: media,
      columns,
      mapping,
      dry_run: order.dry_run,
      unknown: order.unknown,
      tags: order.tags,
      ...(order.consent_source ? { consent_source: order.consent_source } : {}),
    };
    return this.database.tx(async (tx) => {
      if (!order.dry_run) {
        await remember(tx, columns, mapping);
        const after = { rows, mapping, unknown: order.unknown, tags: order.tags, consent_source: order.consent_source };
        await recordAudit(tx, actor, { action: 'contacts.imported', targetKind: 'contacts', after });
      }
      return beginJob(tx, actor, {
        kind: this.kind,
        action: order.dry_run ? 'dry_run' : 'import',
        input,
        total: rows,
        fileName: order.dry_run ? 'What an import would do' : 'What an import did',
        heading: resultHeading,
      });
    });
  }

  async step(tx: Tx, job: RunningJob): Promise<Step> {
    const kept = JSON.parse(job.input.toString()) as Kept;
    const part = Number(job.position ?? 0);
    const text = await partOfFile(tx, kept.file, part);
    if (text === undefined) throw new AppError('not_found', 'The file is gone. Upload it again and import the rest.');
    const rows = JSON.parse(text) as string[][];
    const { items, problems } = readRows(rows, kept, part * PER_PART + 2, await momentOf(tx));
    const rules = {
      jobId: job.id,
      unknown: kept.unknown,
      ...(kept.consent_source ? { consentSource: kept.consent_source } : {}),
    };
    await asHistory(tx, job);
    const written = kept.dry_run
      ? await tx.undone(() => writePeople(tx, items, rules))
      : await writePeople(tx, items, rules);
    const outcomes = [...written, ...problems.map(refused)].toSorted((a, b) => a.row - b.row);
    const counts = { ...job.progress.counts };
    for (const { result } of outcomes) counted(counts, result);
    const done = job.progress.done + rows.length;
    const before = job.progress.problems ?? [];
    return {
      position: done >= (job.progress.total ?? 0) ? undefined : String(part + 1),
      progress: {
        ...job.progress,
        done,
        counts,
        problems: [...before, ...problems.slice(0, Math.max(0, NAMED - before.length)).map(named)],
      },
      lines: outcomes.map(line).join(''),
    };
  }
}

/** What the transaction causes is history, and says by whose import. */
export async function asHistory(tx: Tx, job: Pick<RunningJob, 'id' | 'actor'>): Promise<void> {
  await writeAs(tx, { by: job.actor.label, import_id: job.id });
  await tx.run("select set_config('cortex.history', 'true', true)");
}

export const line = ({ row, address, result, why }: Outcome | (Omit<Outcome, 'result'> & { result: string })): string =>
  `${[String(row), address, result, why].map(csvCell).join(',')}\r\n`;

/** As it stands in the progress, without what the file says. */
const named = ({ row, column, message }: RowProblem) => ({ row, column, message });

const refused = ({ row, column, message, said }: RowProblem): Outcome => ({
  row,
  address: said,
  result: 'refused',
  why: `${column}: ${message}`,
});

function readRows(rows: readonly string[][], { columns, mapping, tags }: Kept, first: number, moment: Moment) {
  const byColumn = new Map(Object.entries(mapping));
  const places = columns.flatMap((column, at) => {
    const target = byColumn.get(column);
    return target ? [{ at, column, target }] : [];
  });
  const items: Item[] = [];
  const problems: RowProblem[] = [];
  rows.forEach((cells, nth) => {
    const read = readRow(cells, places, first + nth, moment);
    if ('message' in read) problems.push(read);
    else items.push({ ...read, tags: [...read.tags, ...tags] });
  });
  return { items, problems };
}

/** @throws AppError 400 */
function check(columns: readonly string[], mapping: Mapping, consentSource: string | undefined): void {
  const wrong = (message: string) => invalidRequest(message, [{ pointer: '/mapping', message }]);
  const known = new Set(columns);
  const places = Object.entries(mapping).filter((entry): entry is [string, ImportTarget] => entry[1] !== null);
  const stray = places.find(([column]) => !known.has(column));
  if (stray) throw wrong(`The file has no column “${stray[0]}”. Use the names that stand in its first line.`);
  const targets = places.map(([, target]) => target);
  const twice = targets.find((target, at) => targets.indexOf(target) !== at);
  if (twice) throw wrong(`Two columns go to ${twice}. Choose one of them.`);
  if (!targets.includes('email')) throw wrong('Say which column holds the email address.');
  if (consentSource !== undefined && !targets.includes('consent'))
    throw wrong('A source of consent is named, but no column says who agreed. Choose that column too.');
}

import { personalIds } from '#rules';
import { z } from 'zod';
import { route, uuid } from '../http/route.js';
import { personFields } from '../ingestion/people-ingestion.contract.js';
import { job } from './jobs.contract.js';

const tag = 'Directory';
/** Bytes of a file. */
const FILE_LIMIT = 20 * 1024 * 1024;

/** Where a column can go, besides an attribute (`attributes.<name>`). */
export const importTargets = ['email', ...personalIds, 'tags', 'consent', 'created_at'] as const;

const importTarget = z.union([z.enum(importTargets), z.templateLiteral(['attributes.', z.string().min(1).max(200)])]);
export type ImportTarget = z.output<typeof importTarget>;

/** Columns by name; null leaves one out. */
const mapping = z.record(z.string().max(220), importTarget.nullable());

const importFile = z.object({
  /** For `POST /contacts/import`. */
  media_id: uuid,
  columns: z.array(z.string()),
  rows: z.number().int(),
  encoding: z.string(),
  delimiter: z.string(),
  /** The first ten rows. */
  preview: z.array(z.array(z.string())),
  /** What the columns seem to be, or were taken for when such a file was imported last. */
  mapping,
  remembered: z.boolean(),
});
export type ImportFile = z.output<typeof importFile>;

export const keepImportFile = route({
  method: 'POST',
  path: '/contacts/import/files',
  access: 'bulk',
  tag,
  summary:
    'Keeps a CSV file (text/csv, up to 20 MB and 1,000,000 rows) for an import and proposes what its columns are',
  description: 'The first line names the columns. UTF-8, UTF-16 or Windows-1252; commas, semicolons, tabs or bars.',
  status: 201,
  body: z.unknown().transform((body, context): Uint8Array => {
    if (body instanceof Uint8Array) return body;
    context.addIssue({ code: 'custom', message: 'Send the file itself, as text/csv.' });
    return z.NEVER;
  }) as unknown as z.ZodType<Uint8Array, Uint8Array>,
  fileLimit: FILE_LIMIT,
  response: importFile,
  problems: ['unreadable_file', 'took_too_long', 'busy'],
});

export const importContacts = route({
  method: 'POST',
  path: '/contacts/import',
  access: 'bulk',
  tag,
  summary: 'Imports people from a CSV file, as a job with a file that says what became of each row',
  description:
    'Who is known is changed: empty cells change nothing, tags are added. Nobody is subscribed who said no, or without `consent_source`. `created_at`, an RFC 3339 instant or a date in the workspace’s time zone, says since when a new person is a lead or a customer; the date of whoever is known stays. What an import causes is history, so that no automation starts. `dry_run` changes nothing. The job can be undone.',
  status: 202,
  body: z
    .strictObject({
      /** The file's text; larger ones are kept first. */
      csv: z
        .string()
        .min(1)
        .max(1024 * 1024, 'A file of more than a megabyte goes to /contacts/import/files.')
        .optional(),
      media_id: uuid.optional(),
      mapping: mapping.optional(),
      dry_run: z.boolean().default(false),
      /** What somebody becomes whom nobody knows. */
      unknown: z.enum(['lead', 'customer']).default('lead'),
      /** Added to everybody. */
      tags: personFields.tags.unwrap().max(20, 'At most 20 tags.').default([]),
      /** How those who agreed to e-mails did so, as it is kept with their consent. */
      consent_source: z.string().trim().min(1).max(500).optional(),
    })
    .refine((body) => (body.csv === undefined) !== (body.media_id === undefined), {
      message: 'Give either csv or media_id.',
    })
    .describe('It has either csv or media_id.'),
  response: job,
  problems: ['not_found', 'unreadable_file', 'took_too_long', 'busy'],
});
export type ImportOrder = z.output<typeof importContacts.body>;

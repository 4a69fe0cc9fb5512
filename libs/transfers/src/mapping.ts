import { createHash } from 'node:crypto';
import type { ImportTarget } from '#contracts';
import type { Database, Tx } from '#platform';
import { fold, personalFields } from '#rules';

export type Mapping = Record<string, ImportTarget | null>;

/** How columns are called in the files of other programs, without spaces and marks. */
const spellings = new Map<string, ImportTarget>([
  ...personalFields.flatMap(({ id, label }): [string, ImportTarget][] => [
    [key(id), id],
    [key(label), id],
  ]),
  ...['email', 'emailaddress', 'emails', 'mail', 'mailaddress', 'contactemail', 'address', 'emailadresse'].map(
    (name): [string, ImportTarget] => [name, 'email'],
  ),
  ...['firstname', 'fname', 'givenname', 'forename', 'vorname'].map((name): [string, ImportTarget] => [
    name,
    'first_name',
  ]),
  ...['lastname', 'lname', 'surname', 'familyname', 'nachname'].map((name): [string, ImportTarget] => [
    name,
    'last_name',
  ]),
  ...['phonenumber', 'mobile', 'mobilephone', 'telephone', 'tel', 'telefon'].map((name): [string, ImportTarget] => [
    name,
    'phone',
  ]),
  ...['countrycode', 'land'].map((name): [string, ImportTarget] => [name, 'country']),
  ...['tz', 'timezoneid'].map((name): [string, ImportTarget] => [name, 'timezone']),
  ...['locale', 'lang', 'languagecode', 'sprache'].map((name): [string, ImportTarget] => [name, 'language']),
  ...['tags', 'tag', 'labels'].map((name): [string, ImportTarget] => [name, 'tags']),
  ...['consent', 'emailconsent', 'subscribed', 'optin', 'emailoptin', 'acceptsmarketing', 'acceptsemailmarketing'].map(
    (name): [string, ImportTarget] => [name, 'consent'],
  ),
  ...['createdat', 'created', 'createdon', 'datecreated', 'dateadded', 'addedon', 'added', 'signupdate', 'joined'].map(
    (name): [string, ImportTarget] => [name, 'created_at'],
  ),
]);

function key(name: string): string {
  return fold(name).replace(/[^\p{L}\p{N}]/gu, '');
}

/** Where each column should go by its name; each place once, and null for what is better left out. */
export function proposed(columns: readonly string[]): Mapping {
  const taken = new Set<ImportTarget>();
  return Object.fromEntries(
    columns.map((column) => {
      const target = targetOf(column);
      if (!target || taken.has(target)) return [column, null];
      taken.add(target);
      return [column, target];
    }),
  );
}

function targetOf(column: string): ImportTarget | undefined {
  if (/^attributes\../.test(column)) return column as ImportTarget;
  return spellings.get(key(column));
}

const headersOf = (columns: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(columns)).digest('hex');

/** How a file with these columns was imported last. */
export async function remembered(source: Database | Tx, columns: readonly string[]): Promise<Mapping | undefined> {
  const row = await source.row<{ mapping: Mapping }>('select mapping from cortex.import_mappings where headers = $1', [
    headersOf(columns),
  ]);
  return row?.mapping;
}

export const remember = (tx: Tx, columns: readonly string[], mapping: Mapping): Promise<number> =>
  tx.run(
    `insert into cortex.import_mappings (headers, mapping) values ($1, $2::jsonb)
     on conflict (headers) do update set mapping = excluded.mapping, used_at = cortex.now()`,
    [headersOf(columns), JSON.stringify(mapping)],
  );

import type { ProblemCode } from '#contracts';
import {
  AppError,
  databaseErrorOf,
  databaseFailure,
  lockKey,
  retryLaws,
  type Database,
  type FieldError,
  type Tx,
} from '#platform';
import { addressOf, aheadOf, consentObject, findOrCreatePeople, setConsents, type ConsentGiven } from '#directory';

/** What is wrong with an item; with the code of a problem of its own, where there is one. */
export interface ItemError extends FieldError {
  code?: ProblemCode;
}

/**
 * `consent_kept`: the item said yes, and the no that stands was left alone. `not_opened`: the item said enrolled, and the
 * course stayed closed.
 */
export type WriteResult =
  | { id: string; status: 'created' | 'updated'; consent_kept?: true; not_opened?: true }
  | { id: null; status: 'rejected'; error: ItemError };

/** What one item wrote. */
export interface Written {
  id: string;
  created: boolean;
  /** Of an enrollment: it is cancelled, although it came as one that is not. */
  not_opened?: true;
}

interface Item {
  email?: string;
  consent?: ConsentGiven;
  created_at?: string;
  occurred_at?: string;
}

/**
 * Writes items in one transaction, in order; an item that the database refuses is rejected alone. Writers of one
 * address follow each other, so that two requests about one checkout never make two leads. Consent is recorded last.
 * @param also what belongs into the same transaction, once all items are written
 * @returns one result per item, after the commit
 * @throws AppError 409 when the same rows kept being changed by others
 */
export async function bringIn<T extends Item>(
  database: Database,
  items: readonly T[],
  write: (tx: Tx, item: T) => Promise<Written>,
  also?: (tx: Tx, results: readonly WriteResult[]) => Promise<void>,
): Promise<WriteResult[]> {
  let isolated = false;
  for (let attempt = 1; attempt <= retryLaws.collision.tries;) {
    try {
      return await database.tx(async (tx) => {
        const results = await writeAll(tx, items, write, isolated);
        await also?.(tx, results);
        return results;
      });
    } catch (error) {
      if (databaseFailure(error) === 'collision') attempt++;
      else if (!isolated && rejection(error)) isolated = true;
      else throw error;
    }
  }
  throw new AppError(
    'concurrent_change',
    'Someone else is changing the same rows at this moment. Send the request again.',
  );
}

async function writeAll<T extends Item>(
  tx: Tx,
  items: readonly T[],
  write: (tx: Tx, item: T) => Promise<Written>,
  isolated: boolean,
): Promise<WriteResult[]> {
  const addresses = items.map((item) => (item.email === undefined ? undefined : addressOf(item.email)));
  await lockAddresses(
    tx,
    addresses.filter((address) => address !== undefined),
  );
  const now = await tx.now();
  const results: WriteResult[] = [];
  for (const item of items) {
    const early = fromTheFuture(now, item);
    if (early) {
      results.push({ id: null, status: 'rejected', error: early });
      continue;
    }
    try {
      const { id, created, not_opened } = isolated ? await tx.savepoint(() => write(tx, item)) : await write(tx, item);
      results.push({ id, status: created ? 'created' : 'updated', ...(not_opened ? { not_opened } : {}) });
    } catch (error) {
      const wrong = rejection(error);
      if (!isolated || !wrong) throw error;
      results.push({ id: null, status: 'rejected', error: wrong });
    }
  }
  await recordConsents(tx, items, addresses, results);
  return results;
}

/** Makes writers of one address follow each other, until the end of the transaction. */
export async function lockAddresses(tx: Tx, addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0) return;
  await tx.rows(
    `select pg_advisory_xact_lock(l.key) from (
       select distinct ${lockKey.address('a.address')} as key from unnest($1::text[]) as a(address) order by key
     ) l`,
    [addresses],
  );
}

/** An instant ahead comes from a wrong clock or time zone: taken as it is, it would outrank what people say from then on. */
function fromTheFuture(now: Date, item: Item): FieldError | undefined {
  const at = item.consent === undefined ? undefined : consentObject(item.consent).at;
  return (
    aheadOf(now, at, '/consent/at') ??
    aheadOf(now, item.created_at, '/created_at') ??
    aheadOf(now, item.occurred_at, '/occurred_at')
  );
}

/** An answer without an instant of its own is as old as its row, and lifts no no. */
async function recordConsents(
  tx: Tx,
  items: readonly Item[],
  addresses: readonly (string | undefined)[],
  results: WriteResult[],
): Promise<void> {
  const given = items.flatMap((item, nth) => {
    const address = addresses[nth];
    if (item.consent === undefined || address === undefined || results[nth]!.status === 'rejected') return [];
    const said = consentObject(item.consent);
    const by = said.at === undefined ? ('import' as const) : ('system' as const);
    return [{ nth, address, by, consent: { source: 'api', ...said, at: said.at ?? item.created_at } }];
  });
  if (given.length === 0) return;
  const people = await findOrCreatePeople(
    tx,
    given.map(({ address }) => address),
  );
  const { left } = await setConsents(
    tx,
    given.map(({ address, consent, by }) => ({ person_id: people.get(address)!.person_id, consent, by })),
  );
  given.forEach(({ nth }, entry) => {
    const result = results[nth]!;
    if (left[entry] && result.status !== 'rejected') results[nth] = { ...result, consent_kept: true };
  });
}

const REFUSED = new Map(
  Object.entries<FieldError>({
    enrollments_course_id_fkey: {
      pointer: '/course_id',
      message: 'There is no course with this id. Create it first with POST /courses.',
    },
    purchase_leads_course_id_fkey: {
      pointer: '/course_id',
      message: 'There is no course with this id. Create it first with POST /courses.',
    },
    enrollments_lead_id_fkey: {
      pointer: '/lead_id',
      message: 'There is no lead with this id. Leave it out or send the id that POST /purchase-leads gave.',
    },
    transactions_refund_fits: {
      pointer: '/',
      message: 'More than this amount_minor was refunded already. Send the refunded_minor that goes with it.',
    },
  }),
);

/** What the item's sender can mend, or undefined for a failure that is not the item's. */
function rejection(error: unknown): ItemError | undefined {
  // What is said of a place in the item is the item's alone.
  if (error instanceof AppError) return error.errors[0] && { ...error.errors[0], code: error.code };
  if (databaseFailure(error) !== 'invalid') return undefined;
  const { constraint } = databaseErrorOf(error);
  return (
    REFUSED.get(constraint ?? '') ?? {
      pointer: '/',
      message: 'The database refused this item. Check its values and send it again.',
    }
  );
}

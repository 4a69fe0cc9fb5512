import { momentOf, type Contacts } from '#directory';
import { joinInstant, splitInstant, type Database, type Tx } from '#platform';
import type { Moment, SqlFragment } from '#rules';

export type ContactPageQuery = Omit<Parameters<Contacts['list']>[0], 'rulesSql'>;

/**
 * One page of those to whom rules apply. The cursor carries the instant of the first page, and every page asks at it:
 * “in the last 7 days” means the same on all of them.
 * @param sqlAt the rules as a condition over `cortex.people p`, at that moment
 */
export async function pageAt(
  database: Database,
  contacts: Contacts,
  query: ContactPageQuery,
  sqlAt: (tx: Tx, moment: Moment) => Promise<SqlFragment>,
): ReturnType<Contacts['list']> {
  const { cursor: given, ...rest } = query;
  const { at, cursor } = splitInstant(given);
  const { rulesSql, now } = await database.tx(
    async (tx) => {
      const present = await momentOf(tx);
      const moment = { ...present, now: at ?? present.now };
      return { rulesSql: await sqlAt(tx, moment), now: moment.now };
    },
    { readOnly: true },
  );
  const page = await contacts.list({ ...rest, ...(cursor === undefined ? {} : { cursor }), rulesSql });
  return { ...page, next_cursor: page.next_cursor === null ? null : joinInstant(now, page.next_cursor) };
}

import type { Database } from '#platform';
import { everyone, mayBeMailed, settingsSql } from '#rules';

/** The directory as marketing mail sees it: each address once. */
export interface Subscribers {
  customers: number;
  leads: number;
  /** Of both, to whom marketing mail may go now. */
  can_be_emailed: number;
  /** All others: they said no, never answered, or their address is suppressed. */
  cannot_be_emailed: number;
}

/** Counts everybody; one read of the directory. */
export async function countSubscribers(database: Database): Promise<Subscribers> {
  const row = await database.row<Omit<Subscribers, 'cannot_be_emailed'>>(
    `select count(*) filter (where p.type = 'customer')::int as customers,
       count(*) filter (where p.type = 'lead')::int as leads,
       count(*) filter (where ${mayBeMailed('w.mail_unanswered')})::int
         as can_be_emailed
     from cortex.people p cross join (${settingsSql('mail_unanswered')}) w where ${everyone}`,
  );
  const { customers, leads, can_be_emailed } = row!;
  return { customers, leads, can_be_emailed, cannot_be_emailed: customers + leads - can_be_emailed };
}

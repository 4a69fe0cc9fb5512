import { Injectable } from '@nestjs/common';
import { Clock, Database, type Tx } from '#platform';
import { presentActivities, type ActivityRow, type TimelineActivity } from './timeline.queries.js';
import { peopleOfAddress } from './types.queries.js';

export interface TailFilter {
  type?: string;
  /** What the activity says of where it is from. */
  source?: string;
  contact_email?: string;
}

/** An activity as it comes in; `is_cut`: its metadata is too long to be shown, and left out. */
export type TailActivity = TimelineActivity & { is_cut: boolean };

/** Milliseconds before now of what counts as coming in. */
const WINDOW = 120_000;
/** Activities of one look, the newest ones. */
export const MOST_OF_A_LOOK = 200;
/** Characters of metadata, as JSON. */
const MOST_OF_METADATA = 4_000;
const MOST_TYPES = 500;
/** Milliseconds of a look. */
const PATIENCE = 2_000;

/** What has just come in, whoever recorded it. It costs who records nothing: it is looked for while somebody watches. */
@Injectable()
export class ActivityTail {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Activities of the last two minutes, the newest first. */
  newest(filter: TailFilter): Promise<TailActivity[]> {
    const now = this.clock.now().getTime();
    const since = new Date(now - WINDOW);
    return this.database.tx(
      async (tx) => {
        const rows = await rowsOf(tx, filter, since);
        const { source, type } = filter;
        const wanted = rows.filter(
          (row) => (source === undefined || row.source === source) && (type === undefined || row.type === type),
        );
        return (await presentActivities(tx, wanted)).map(bounded);
      },
      { readOnly: true, statementTimeout: PATIENCE },
    );
  }
}

async function rowsOf(tx: Tx, { type, contact_email }: TailFilter, since: Date): Promise<ActivityRow[]> {
  if (contact_email !== undefined) {
    const people = await peopleOfAddress(tx, contact_email);
    return tx.rows<ActivityRow>(
      `select ${COLUMNS} from public.crm_activities a where a.person_id = any($1::uuid[]) and a.occurred_at > $2
       order by a.occurred_at desc, a.id desc limit $3`,
      [people, since, MOST_OF_A_LOOK],
    );
  }
  if (type !== undefined)
    return tx.rows<ActivityRow>(
      `select ${COLUMNS} from public.crm_activities a where a.type = $1 and a.occurred_at > $2
       order by a.occurred_at desc, a.id desc limit $3`,
      [type, since, MOST_OF_A_LOOK],
    );
  // From type to type along the index, since there is none by time alone.
  return tx.rows<ActivityRow>(
    `with recursive seen as (
       (select b.type, 1 as n from public.crm_activities b
        where b.occurred_at >= date_trunc('month', $1::timestamptz, 'UTC') order by b.type limit 1)
       union all
       select (select b.type from public.crm_activities b
         where b.type > s.type and b.occurred_at >= date_trunc('month', $1::timestamptz, 'UTC')
         order by b.type limit 1), s.n + 1
       from seen s where s.type is not null and s.n < $3
     )
     select a.* from seen s cross join lateral (
       select ${COLUMNS} from public.crm_activities a where a.type = s.type and a.occurred_at > $1
       order by a.occurred_at desc, a.id desc limit $2
     ) a
     where s.type is not null order by a.occurred_at desc, a.id desc limit $2`,
    [since, MOST_OF_A_LOOK, MOST_TYPES],
  );
}

const COLUMNS = `a.id, a.type, a.contact_email, cortex.plain_attributes(a.metadata) as metadata, a.occurred_at, a.received_at,
  a.source`;

function bounded(activity: TimelineActivity): TailActivity {
  const is_cut = JSON.stringify(activity.metadata).length > MOST_OF_METADATA;
  return { ...activity, metadata: is_cut ? {} : activity.metadata, is_cut };
}

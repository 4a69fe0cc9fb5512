import { Inject, Injectable } from '@nestjs/common';
import { mostTopics, type TopicFields } from '#contracts';
import { AppError, Database, decodeCursor, encodeCursor, notFound, recordAudit, type Actor, type Tx } from '#platform';

interface TopicRow {
  id: string;
  name: string;
  description: string;
  position: number;
  default_on: boolean;
  created_at: Date;
  updated_at: Date;
}

const columns = 'id, name, description, position, default_on, created_at, updated_at';

/** One writer of topics at a time, so that two cannot both be the last one allowed. */
const ALONE = "select pg_advisory_xact_lock(hashtextextended('cortex topics', 0))";

/** What marketing mail is about: people choose among topics, and a broadcast mail names one. */
@Injectable()
export class Topics {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(filter: { limit: number; cursor?: string }) {
    const [position, name, id] = decodeCursor(filter.cursor, 3) ?? [null, null, null];
    const rows = await this.database.rows<TopicRow>(
      `select ${columns} from cortex.topics
       where $1::int is null or (position, name, id) > ($1::int, $2::text, $3::uuid)
       order by position, name, id limit $4`,
      [position, name, id, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return {
      items: items.map(present),
      next_cursor: rows.length > filter.limit && last ? encodeCursor([last.position, last.name, last.id]) : null,
    };
  }

  /** @throws AppError 422 when there are as many as there may be */
  async create(actor: Actor, fields: TopicFields) {
    return this.database.tx(async (tx) => {
      await tx.rows(ALONE);
      const there = await tx.row<{ n: number; last: number }>(
        'select count(*)::int as n, coalesce(max(position), -1) as last from cortex.topics',
      );
      if (there!.n >= mostTopics) {
        throw new AppError('too_many_topics', `There are ${there!.n} topics, and more than ${mostTopics} do not fit.`);
      }
      const row = await tx.row<TopicRow>(
        `insert into cortex.topics (name, description, position, default_on, created_by)
         values ($1, $2, $3, $4, $5) returning ${columns}`,
        [fields.name, fields.description, fields.position ?? there!.last + 1, fields.default_on, actor.label],
      );
      const after = present(row!);
      await recordAudit(tx, actor, { action: 'topic.created', targetKind: 'topic', targetId: after.id, after });
      return after;
    });
  }

  /** @throws AppError 404 */
  async change(actor: Actor, id: string, fields: TopicFields) {
    return this.database.tx(async (tx) => {
      const before = await tx.row<TopicRow>(`select ${columns} from cortex.topics where id = $1 for update`, [id]);
      if (!before) throw notFound('topic');
      const row = await tx.row<TopicRow>(
        `update cortex.topics set name = $2, description = $3, position = coalesce($4, position), default_on = $5,
           updated_at = cortex.now() where id = $1 returning ${columns}`,
        [id, fields.name, fields.description, fields.position ?? null, fields.default_on],
      );
      const after = present(row!);
      await recordAudit(tx, actor, {
        action: 'topic.changed',
        targetKind: 'topic',
        targetId: id,
        before: present(before),
        after,
      });
      return after;
    });
  }

  /** @throws AppError 404; 409 while something uses it */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const used = await tx.row<{ n: number }>(
        "select count(*)::int as n from cortex.uses where used_kind = 'topic' and used_id = $1",
        [id],
      );
      if (used!.n > 0) {
        const places = used!.n === 1 ? 'one place' : `${used!.n} places`;
        throw new AppError('still_used', `This topic is used in ${places}. Choose another topic there first.`);
      }
      const gone = await tx.row<TopicRow>(`delete from cortex.topics where id = $1 returning ${columns}`, [id]);
      if (!gone) throw notFound('topic');
      await recordAudit(tx, actor, {
        action: 'topic.deleted',
        targetKind: 'topic',
        targetId: id,
        before: present(gone),
      });
    });
  }
}

/** @throws AppError 422 when one of these is no topic */
export async function assertTopics(tx: Tx, ids: readonly string[]): Promise<void> {
  const known = await tx.rows<{ id: string }>('select id from cortex.topics where id = any($1::uuid[])', [ids]);
  const missing = ids.findIndex((id) => !known.some((one) => one.id === id));
  if (missing >= 0) {
    throw new AppError('unknown_topic', 'One of the topics does not exist. Choose among those in the settings.', {
      errors: [{ pointer: `/topic_ids/${missing}`, message: 'There is no topic with this id.' }],
    });
  }
}

const present = (row: TopicRow) => ({
  ...row,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

import { Injectable } from '@nestjs/common';
import { Database, decodeCursor, encodeCursor, notFound, recordAudit, type Actor } from '#platform';

interface SessionRow {
  id: string;
  staff_id: string;
  email: string;
  ip_address: string | null;
  user_agent: string | null;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
}

/** Where staff are signed in. Tokens stay in the database. */
@Injectable()
export class StaffSessions {
  constructor(private readonly database: Database) {}

  /**
   * A page of open sessions, newest first.
   * @param filter.staffId only this member's
   */
  async list(filter: { limit: number; cursor?: string; staffId?: string }) {
    const [id] = decodeCursor(filter.cursor, 1) ?? [null];
    const rows = await this.database.rows<SessionRow>(
      `select s.id, s."userId" as staff_id, u.email, s."ipAddress" as ip_address, s."userAgent" as user_agent,
         s."createdAt" as created_at, s."updatedAt" as last_seen_at, s."expiresAt" as expires_at
       from cortex_staff.session s join cortex_staff."user" u on u.id = s."userId"
       where s."expiresAt" > now() and ($1::text is null or s.id < $1) and ($3::text is null or s."userId" = $3)
       order by s.id desc limit $2`,
      [id, filter.limit + 1, filter.staffId ?? null],
    );
    const items = rows.slice(0, filter.limit);
    return {
      items: items.map((row) => ({
        ...row,
        created_at: row.created_at.toISOString(),
        last_seen_at: row.last_seen_at.toISOString(),
        expires_at: row.expires_at.toISOString(),
      })),
      next_cursor: rows.length > filter.limit ? encodeCursor([items.at(-1)!.id]) : null,
    };
  }

  /** Ends one. @param staffId only when it is this member's. @throws AppError 404 */
  async end(actor: Actor, id: string, staffId?: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const ended = await tx.row<{ userId: string }>(
        `delete from cortex_staff.session where id = $1 and ($2::text is null or "userId" = $2) returning "userId"`,
        [id, staffId ?? null],
      );
      if (!ended) throw notFound('session');
      await recordAudit(tx, actor, { action: 'session.ended', targetKind: 'staff', targetId: ended.userId });
    });
  }

  /** Ends every session of one's own, but `keep` if it is given. @returns how many */
  async endMine(actor: Actor, keep?: string): Promise<number> {
    return this.database.tx(async (tx) => {
      const ended = await tx.run(
        'delete from cortex_staff.session where "userId" = $1 and ($2::text is null or id <> $2)',
        [actor.id, keep ?? null],
      );
      await recordAudit(tx, actor, {
        action: 'sessions.ended',
        targetKind: 'staff',
        targetId: actor.id,
        after: { ended },
      });
      return ended;
    });
  }
}

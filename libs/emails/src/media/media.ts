import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError, Database, decodeCursor, encodeCursor, notFound, type Actor, type Tx } from '#platform';
import { settingSql } from '#rules';

interface MediumRow {
  id: string;
  name: string;
  title: string;
  alt: string;
  content_type: 'image/jpeg' | 'image/png' | 'image/gif';
  width: number;
  height: number;
  bytes: number;
  uses: number;
  created_by: string | null;
  created_at: Date;
  exact: string;
}

const read = `select m.id, m.name, m.title, m.alt, m.content_type, m.width, m.height, m.bytes, m.created_by, m.created_at,
    m.created_at::text as exact,
    (select count(*)::int from cortex.uses u where u.used_kind = 'media' and u.used_id = m.id) as uses
  from cortex.media m`;

/** Days that a picture stays which nothing uses. */
const KEPT_DAYS = 30;
/** Pictures that one run of the upkeep looks at. */
const PER_RUN = 200;

/**
 * Whether a picture `m` is shown somewhere: noted as used, or in what a mail said or a drawing says, where nothing is
 * noted, since mails that were sent go on showing it.
 */
const isShown = `(
  exists (select from cortex.uses u where u.used_kind = 'media' and u.used_id = m.id)
  or strpos(${settingSql('brand')}::text, m.name) > 0
  or exists (select from cortex.mail_contents c where strpos(c.html, m.name) > 0)
  or exists (select from cortex.automations a where strpos(a.draft_graph::text, m.name) > 0)
  or exists (select from cortex.automation_versions v where strpos(v.graph::text, m.name) > 0))`;

/** Pictures of mails, kept in the database. Whoever knows a name sees the picture; names cannot be guessed. */
@Injectable()
export class Media {
  constructor(private readonly database: Database) {}

  /**
   * Keeps a picture, made fit for mail.
   * @throws AppError 422 for what is no picture, or too large to open
   */
  async add(actor: Actor, bytes: Uint8Array, { title, alt }: { title: string; alt: string }) {
    const { DesignError, storedPicture } = await import('#designs/server');
    try {
      const picture = await storedPicture(bytes);
      const name = `${randomBytes(18).toString('base64url')}.${picture.extension}`;
      const id = await this.database.tx(async (tx) => {
        const made = await tx.row<{ id: string }>(
          `insert into cortex.media (name, title, alt, content_type, width, height, bytes, created_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
          [name, title, alt, picture.content_type, picture.width, picture.height, picture.data.length, actor.label],
        );
        await tx.run('insert into cortex.media_data (media_id, data) values ($1, $2)', [made!.id, picture.data]);
        return made!.id;
      });
      return { ...(await this.get(id)), notes: picture.notes };
    } catch (error) {
      if (!(error instanceof DesignError)) throw error;
      throw new AppError('not_a_picture', error.message);
    }
  }

  /** Newest first; `q` looks into titles and alternative texts. */
  async list(filter: { limit: number; cursor?: string; q?: string }) {
    const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
    const rows = await this.database.rows<MediumRow>(
      `${read} where ($1::timestamptz is null or (m.created_at, m.id) < ($1::timestamptz, $2::uuid))
         and ($3::text is null or strpos(lower(m.title || ' ' || m.alt), lower($3::text)) > 0)
       order by m.created_at desc, m.id desc limit $4`,
      [at, id, filter.q || null, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return {
      items: items.map(present),
      next_cursor: rows.length > filter.limit && last ? encodeCursor([last.exact, last.id]) : null,
    };
  }

  /** Changes what is given. @throws AppError 404 */
  async change(id: string, { title, alt }: { title?: string; alt?: string }) {
    await this.database.run(
      'update cortex.media set title = coalesce($2::text, title), alt = coalesce($3::text, alt) where id = $1',
      [id, title ?? null, alt ?? null],
    );
    return this.get(id);
  }

  /** @throws AppError 404; 409 while something shows it */
  async remove(id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const row = await tx.row<{ shown: boolean }>(`select ${isShown} as shown from cortex.media m where m.id = $1`, [
        id,
      ]);
      if (!row) throw notFound('picture');
      if (row.shown)
        throw new AppError(
          'still_used',
          'This picture is shown in a mail, a template or an automation. Take it out there first.',
        );
      await tx.run('delete from cortex.media where id = $1', [id]);
    });
  }

  /** The picture itself, by its name. @throws AppError 404 */
  async show(name: string): Promise<{ content_type: string; data: Buffer }> {
    const row = await this.database.row<{ content_type: string; data: Buffer }>(
      'select m.content_type, d.data from cortex.media m join cortex.media_data d on d.media_id = m.id where m.name = $1',
      [name],
    );
    if (!row) throw notFound('picture');
    return row;
  }

  /** Removes pictures that nothing has shown for 30 days after they came. Answers how many went. */
  async removeUnused(): Promise<number> {
    return this.database.tx((tx: Tx) =>
      tx.run(
        `delete from cortex.media where id = any (array(
           select m.id from cortex.media m
           where m.created_at < (select cortex.now()) - make_interval(days => ${KEPT_DAYS}) and not ${isShown}
           order by m.created_at limit ${PER_RUN}))`,
      ),
    );
  }

  private async get(id: string) {
    const row = await this.database.row<MediumRow>(`${read} where m.id = $1`, [id]);
    if (!row) throw notFound('picture');
    return present(row);
  }
}

const present = ({ exact: _exact, name, ...row }: MediumRow) => ({
  ...row,
  url: `/media/${name}`,
  created_at: row.created_at.toISOString(),
});

import { Injectable } from '@nestjs/common';
import { contactById, personIdsOf } from '#directory';
import { Database, notFound, recordAudit, type Actor } from '#platform';
import { sections, type Section } from './everything-sections.js';
import { whoAre, type Known } from './erasure/who.js';

/** Rows that one query reads, so that no answer is held in memory. */
const PAGE = 500;

/** All that is stored about one person, as they may ask for it. */
@Injectable()
export class Everything {
  constructor(private readonly database: Database) {}

  /**
   * The parts of one JSON document, made while they are read. That somebody takes it is audited first.
   * @throws AppError 404
   */
  async download(contactId: string, actor: Actor): Promise<AsyncGenerator<string>> {
    const { known, email, now } = await this.database.tx(async (tx) => {
      const person = await contactById(tx, contactId);
      if (!person) throw notFound('contact');
      await recordAudit(tx, actor, { action: 'contact.exported', targetKind: 'contact', targetId: contactId });
      const all = await whoAre(tx, await personIdsOf(tx, person.person_id));
      return { known: all, email: person.email ?? person.address, now: await tx.now() };
    });
    return this.parts(known, { exported_at: now, email, addresses: known.addresses, ids: known.ids });
  }

  private async *parts(known: Known, head: Record<string, unknown>): AsyncGenerator<string> {
    yield JSON.stringify(head, null, 1).replace(/\n\}$/, '');
    for (const section of sections) {
      yield `,\n ${JSON.stringify(section.name)}: [`;
      let after: string[] | null = null;
      let before = '\n  ';
      for (;;) {
        const rows = await this.page(section, known, after);
        for (const { item } of rows) {
          yield before + item;
          before = ',\n  ';
        }
        if (rows.length < PAGE) break;
        after = rows.at(-1)!.place;
      }
      yield ']';
    }
    yield '\n}\n';
  }

  private page({ from, order }: Section, { person_ids, profile_ids, addresses }: Known, after: string[] | null) {
    const keys = order.map(({ column }) => `r.${column}`).join(', ');
    const beyond = order.map(({ type }, at) => `($4::text[])[${at + 1}]::${type}`).join(', ');
    return this.database.rows<{ item: string; place: string[] }>(
      `with who as (select $1::uuid[] as people, $2::uuid[] as profiles, $3::text[] as addresses)
       select to_jsonb(r)::text as item, array[${order.map(({ column }) => `r.${column}::text`).join(', ')}] as place
       from (${from}) r
       where $4::text[] is null or (${keys}) > (${beyond})
       order by ${keys} limit ${PAGE}`,
      [person_ids, profile_ids, addresses, after],
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { DuplicatePair, DuplicateReason, PossibleDuplicate } from '#contracts';
import {
  Database,
  decodeCursor,
  encodeCursor,
  invalidRequest,
  notFound,
  recordAudit,
  type Actor,
  type Tx,
} from '#platform';
import { everyone } from '#rules';
import { contactById } from '../search/contacts.queries.js';
import { addressShown } from '../identity/people.js';
import { keysOf, likeness } from './same-person.js';

/** People of one name among whom one person's duplicates are looked for. */
const MOST_NAMESAKES = 2_000;
const MOST_SHOWN = 20;
/** People whom one page of pairs looks at, and pairs from which on it ends. */
const LOOKED_AT = 3_000;
const ENOUGH = 50;
/** With how many others of the same box somebody is compared. */
const MOST_NEIGHBOURS = 20;

/** The order of the index `people_name`. */
const NAME = 'left(p.name_folded, 100) collate "C"';
/** Behind everybody without a name. */
const NAMELESS = [' ', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];

interface Namesake {
  person_id: string;
  name: string;
  id: string;
  email: string;
  first_name: string | null;
  last_name: string | null;
  type: 'customer' | 'lead';
  phone: string | null;
  address: string;
}

const columns = `p.person_id, ${NAME} as name, p.id, ${addressShown('p')} as email, p.first_name, p.last_name, p.type,
  p.phone, p.address`;

/** Who may be one person under two addresses. They are suggested, and made one by hand alone. */
@Injectable()
export class Duplicates {
  constructor(private readonly database: Database) {}

  /** At most twenty. @throws AppError 404 */
  async of(contactId: string): Promise<{ items: PossibleDuplicate[] }> {
    return this.database.tx(
      async (tx) => {
        const person = await contactById(tx, contactId);
        if (!person) throw notFound('contact');
        const rows = await tx.rows<Namesake>(
          `with self as materialized (
             select left(s.name_folded, 100) as name from cortex.people s where s.person_id = $1
           ), namesakes as materialized (
             select p.person_id from cortex.people p
             where p.type is not null and ${NAME} = (select name from self) and (select trim(name) from self) <> ''
             order by ${NAME}, p.person_id limit ${MOST_NAMESAKES}
           )
           select ${columns} from namesakes n join cortex.people p using (person_id)
           where p.person_id <> $1 and ${everyone}`,
          [person.person_id],
        );
        const like = rows.flatMap((other) => {
          const reasons = likeness(person, other);
          return reasons.length > 0 ? [{ other, reasons }] : [];
        });
        const told = await toldApart(
          tx,
          like.map(({ other }) => [person.person_id, other.person_id]),
        );
        return {
          items: like
            .filter(({ other }) => !told.has(pairOf(person.person_id, other.person_id)))
            .slice(0, MOST_SHOWN)
            .map(({ other, reasons }) => ({ contact: present(other), reasons, because: inWords(reasons) })),
        };
      },
      { readOnly: true },
    );
  }

  /** Pairs by name. Each page looks at some thousand people, so that it may be short or empty before the end. */
  async list(cursor: string | undefined): Promise<{ items: DuplicatePair[]; next_cursor: string | null }> {
    const [name, id] = decodeCursor(cursor, 2) ?? NAMELESS;
    return this.database.tx(
      async (tx) => {
        const rows = await tx.rows<Namesake & { shown: boolean }>(
          `select ${columns}, ${everyone} as shown from cortex.people p
           where p.type is not null and (${NAME}, p.person_id) > ($1::text collate "C", $2::uuid)
           order by ${NAME}, p.person_id limit ${LOOKED_AT}`,
          [name, id],
        );
        const groups = groupsOf(rows);
        // The last name may go on behind the page; it is looked at as a whole by the next one.
        if (rows.length === LOOKED_AT && groups.length > 1) groups.pop();
        const items: DuplicatePair[] = [];
        let last: Namesake | undefined;
        for (const group of groups) {
          if (items.length >= ENOUGH) break;
          items.push(...(await pairsIn(tx, group)));
          last = group.at(-1);
        }
        const isEnd = rows.length < LOOKED_AT && last?.person_id === rows.at(-1)?.person_id;
        return { items, next_cursor: isEnd || !last ? null : encodeCursor([last.name, last.person_id]) };
      },
      { readOnly: true },
    );
  }

  /** Remembers that two are not the same person. @throws AppError 404; 400 when they are one already */
  async tellApart(actor: Actor, contactId: string, otherId: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const one = await contactById(tx, contactId);
      const other = await contactById(tx, otherId);
      if (!one || !other) throw notFound('contact');
      if (one.person_id === other.person_id)
        throw invalidRequest('These are one person already. Unlink the accounts to part them.', [
          { pointer: '/other_contact_id', message: 'Choose another account.' },
        ]);
      const added = await tx.run(
        `insert into cortex.different_people (person_id, other_id, said_by)
         values (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), $3) on conflict do nothing`,
        [one.person_id, other.person_id, actor.label],
      );
      const after = { other_contact_id: other.id };
      if (added > 0)
        await recordAudit(tx, actor, { action: 'contact.told_apart', targetKind: 'contact', targetId: one.id, after });
    });
  }
}

/** Rows in the order of their names, cut where the name changes. */
function groupsOf<Row extends Namesake>(rows: readonly Row[]): Row[][] {
  const groups: Row[][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    if (group && group[0]!.name === row.name) group.push(row);
    else groups.push([row]);
  }
  return groups;
}

/** Those of the same name who may be one. Each is compared with some who share a phone or the box of an address. */
async function pairsIn(tx: Tx, group: readonly (Namesake & { shown: boolean })[]): Promise<DuplicatePair[]> {
  const people = group.filter(({ shown }) => shown);
  if (people.length < 2) return [];
  const found = new Map<string, { one: Namesake; other: Namesake; reasons: DuplicateReason[] }>();
  const near = new Map<string, Namesake[]>();
  for (const other of people) {
    for (const key of keysOf(other)) {
      const before = near.get(key) ?? [];
      near.set(key, [...before, other].slice(-MOST_NEIGHBOURS));
      for (const one of before) {
        const reasons = likeness(one, other);
        if (reasons.length > 0) found.set(pairOf(one.person_id, other.person_id), { one, other, reasons });
      }
    }
  }
  const told = await toldApart(
    tx,
    [...found.values()].map(({ one, other }) => [one.person_id, other.person_id]),
  );
  return [...found]
    .filter(([pair]) => !told.has(pair))
    .map(([, { one, other, reasons }]) => ({
      contacts: [present(one), present(other)],
      reasons,
      because: inWords(reasons),
    }));
}

const pairOf = (one: string, other: string): string => (one < other ? `${one} ${other}` : `${other} ${one}`);

/** Which of these pairs were said to be different people. */
async function toldApart(tx: Tx, pairs: readonly (readonly [string, string])[]): Promise<ReadonlySet<string>> {
  if (pairs.length === 0) return new Set();
  const rows = await tx.rows<{ person_id: string; other_id: string }>(
    `select d.person_id, d.other_id from unnest($1::uuid[], $2::uuid[]) w (one, other)
     join cortex.different_people d on d.person_id = least(w.one, w.other) and d.other_id = greatest(w.one, w.other)`,
    [pairs.map(([one]) => one), pairs.map(([, other]) => other)],
  );
  return new Set(rows.map(({ person_id, other_id }) => pairOf(person_id, other_id)));
}

const words: Record<DuplicateReason, string> = {
  phone: 'same phone',
  address: 'addresses that differ only by dots or a +tag',
  domain: 'addresses that differ by one letter of the domain',
};
const inWords = (reasons: readonly DuplicateReason[]): string =>
  ['same name', ...reasons.map((reason) => words[reason])].join(', ');

const present = ({ id, email, first_name, last_name, type, phone }: Namesake): PossibleDuplicate['contact'] => ({
  id,
  email,
  first_name,
  last_name,
  type,
  phone,
});

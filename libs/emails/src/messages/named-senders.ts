import { Inject, Injectable } from '@nestjs/common';
import { mostSenders } from '#contracts';
import { Database, invalidRequest, notFound, readSettings, recordAudit, type Actor, type Tx } from '#platform';
import { readMailbox } from '#rules';

interface SenderRow {
  id: string;
  mailbox: string;
  created_at: Date;
  updated_at: Date;
}

const columns = 'id, mailbox, created_at, updated_at';

/** One writer of the list at a time, so that two cannot both be the last one allowed. */
const ALONE = "select pg_advisory_xact_lock(hashtextextended('cortex senders', 0))";

const refused = (message: string) => invalidRequest(message, [{ pointer: '/from', message }]);

/** The senders that mail may name, as administrators listed them. Without any, mail may name whomever it likes. */
@Injectable()
export class NamedSenders {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** All of them, by address. */
  async list() {
    const rows = await this.database.rows<SenderRow>(`select ${columns} from cortex.senders order by address`);
    return rows.map(present);
  }

  /** @param from `Name <address>`, or an address. @throws AppError 400 when it stands there already, or the list is full */
  create(actor: Actor, from: string) {
    return this.database.tx(async (tx) => {
      await tx.rows(ALONE);
      const there = await tx.row<{ n: number }>('select count(*)::int as n from cortex.senders');
      if (there!.n >= mostSenders) throw refused(`There are ${mostSenders} senders, and more do not fit.`);
      const address = await this.free(tx, from);
      const row = await tx.row<SenderRow>(
        `insert into cortex.senders (mailbox, address, created_by) values ($1, $2, $3) returning ${columns}`,
        [from, address, actor.label],
      );
      const after = present(row!);
      await recordAudit(tx, actor, { action: 'sender.added', targetKind: 'sender', targetId: after.id, after });
      return after;
    });
  }

  /** What names the one before keeps it, and is refused when it is sent or published next. @throws AppError 404; 400 */
  change(actor: Actor, id: string, from: string) {
    return this.database.tx(async (tx) => {
      await tx.rows(ALONE);
      const before = await tx.row<SenderRow>(`select ${columns} from cortex.senders where id = $1`, [id]);
      if (!before) throw notFound('sender');
      const address = await this.free(tx, from, id);
      const row = await tx.row<SenderRow>(
        `update cortex.senders set mailbox = $2, address = $3, updated_at = cortex.now() where id = $1 returning ${columns}`,
        [id, from, address],
      );
      const after = present(row!);
      await recordAudit(tx, actor, {
        action: 'sender.changed',
        targetKind: 'sender',
        targetId: id,
        before: present(before),
        after,
      });
      return after;
    });
  }

  /** @throws AppError 404 */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const gone = await tx.row<SenderRow>(`delete from cortex.senders where id = $1 returning ${columns}`, [id]);
      if (!gone) throw notFound('sender');
      await recordAudit(tx, actor, {
        action: 'sender.removed',
        targetKind: 'sender',
        targetId: id,
        before: present(gone),
      });
    });
  }

  /** Its address, which no other of the list has. */
  private async free(tx: Tx, from: string, except?: string): Promise<string> {
    // Checked at the edge, so it always has one.
    const address = addressIn(from)!;
    const taken = await tx.row('select 1 from cortex.senders where address = $1 and id is distinct from $2::uuid', [
      address,
      except ?? null,
    ]);
    if (taken) throw refused(`${address} stands in the list already.`);
    return address;
  }
}

const addressIn = (mailbox: string): string | undefined => readMailbox(mailbox)?.address.toLowerCase();

/**
 * The addresses that mail may be from: those of the list and the workspace's own two, whatever name stands before them.
 * Null while the list is empty: any.
 */
export async function allowedSenders(tx: Tx): Promise<ReadonlySet<string> | null> {
  const rows = await tx.rows<{ address: string }>('select address from cortex.senders');
  if (rows.length === 0) return null;
  const { sender_broadcast, sender_transactional } = await readSettings(tx, 'sender_broadcast', 'sender_transactional');
  const own = [sender_broadcast, sender_transactional].flatMap((text) => (text ? (addressIn(text) ?? []) : []));
  return new Set([...rows.map(({ address }) => address), ...own]);
}

const present = ({ id, mailbox, created_at, updated_at }: SenderRow) => ({
  id,
  from: mailbox,
  created_at: created_at.toISOString(),
  updated_at: updated_at.toISOString(),
});

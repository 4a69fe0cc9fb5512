import { Controller } from '@nestjs/common';
import { complainedAmong, liftSuppressions, listSuppressions, suppress, suppressionReasons } from '#emails';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { AppError, Database, isAdmin, recordAudit, type Actor, type Tx } from '#platform';
import { importSuppressions, SuppressionMirror } from '#send';
import { Caller, Input, Route } from '../../http/routes/route.js';

/** Mailing somebody who called it spam costs everybody's delivery: it takes an administrator, who says why. */
function mayLiftComplaints(actor: Actor, complained: readonly string[], reason: string | undefined): void {
  const who = complained.length === 1 ? complained[0]! : `${complained.length} of these addresses`;
  if (!isAdmin(actor)) {
    throw new AppError(
      'not_allowed',
      `${who} marked our mail as spam. Only an administrator can let them get mail again.`,
    );
  }
  if (!reason) {
    throw new AppError('reason_missing', `${who} marked our mail as spam. Say why they may get mail again.`, {
      errors: [{ pointer: '/reason', message: 'Say why they may get mail again. The audit keeps it.' }],
    });
  }
}

@Controller()
export class SuppressionsController {
  constructor(
    private readonly database: Database,
    private readonly mirror: SuppressionMirror,
  ) {}

  @Route(contracts.listSuppressions)
  list(@Input() { query }: InputOf<typeof contracts.listSuppressions>) {
    return listSuppressions(this.database, query);
  }

  @Route(contracts.addSuppressions)
  async add(@Input() { body }: InputOf<typeof contracts.addSuppressions>, @Caller() actor: Actor) {
    const { emails, stream } = body;
    const added = await this.database.tx(async (tx) => {
      await recordAudit(tx, actor, {
        action: 'suppressions.added',
        targetKind: 'suppressions',
        after: { stream, count: emails.length },
      });
      return suppress(
        tx,
        emails.map((address) => ({ address, stream, reason: 'manual' as const, origin: actor.label })),
      );
    });
    this.mirror.pushSoon();
    return { added };
  }

  @Route(contracts.importSuppressions)
  async import(@Input() { body }: InputOf<typeof contracts.importSuppressions>, @Caller() actor: Actor) {
    const { items, source, dry_run } = body;
    const take = (tx: Tx) => importSuppressions(tx, actor, items, source);
    if (dry_run) return this.database.tx((tx) => tx.undone(() => take(tx)));
    const done = await this.database.tx(take);
    this.mirror.pushSoon();
    return done;
  }

  @Route(contracts.removeSuppressions)
  async remove(@Input() { body }: InputOf<typeof contracts.removeSuppressions>, @Caller() actor: Actor) {
    const { emails, stream, reason } = body;
    const removed = await this.database.tx(async (tx) => {
      const complained = await complainedAmong(tx, emails, stream);
      if (complained.length > 0) mayLiftComplaints(actor, complained, reason);
      await recordAudit(tx, actor, {
        action: 'suppressions.removed',
        targetKind: 'suppressions',
        after: {
          stream,
          count: emails.length,
          ...(reason ? { reason } : {}),
          ...(complained.length > 0 ? { complained } : {}),
        },
      });
      return liftSuppressions(tx, [{ addresses: emails, streams: [stream], reasons: suppressionReasons }]);
    });
    this.mirror.pushSoon();
    return { removed };
  }
}

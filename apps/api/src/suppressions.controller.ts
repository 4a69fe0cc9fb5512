import { Controller } from '@nestjs/common';
import { recordAudit } from '#access';
import { listSuppressions, suppress, unsuppress } from '#emails';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Database, type Actor } from '#platform';
import { Caller, Input, Route } from './http/route.js';

@Controller()
export class SuppressionsController {
  constructor(private readonly database: Database) {}

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
    return { added };
  }

  @Route(contracts.removeSuppressions)
  async remove(@Input() { body }: InputOf<typeof contracts.removeSuppressions>, @Caller() actor: Actor) {
    const { emails, stream } = body;
    const removed = await this.database.tx(async (tx) => {
      await recordAudit(tx, actor, {
        action: 'suppressions.removed',
        targetKind: 'suppressions',
        after: { stream, count: emails.length },
      });
      return unsuppress(tx, emails, stream);
    });
    return { removed };
  }
}

import { Injectable } from '@nestjs/common';
import { AppError, Database, recordAudit, type Actor, type Tx } from '#platform';

/** Types that may have a name of their own. */
const MOST_LABELS = 1_000;

/** What these types are called by people, by type; those that nobody named are left out. */
export async function labelsOf(tx: Tx, types: readonly string[]): Promise<Map<string, string>> {
  if (types.length === 0) return new Map();
  const rows = await tx.rows<{ type: string; label: string }>(
    'select l.type, l.label from cortex.activity_type_labels l where l.type = any($1::text[]) and l.label is not null',
    [[...new Set(types)]],
  );
  return new Map(rows.map(({ type, label }) => [type, label]));
}

/** What types of activities are called on screens. */
@Injectable()
export class TypeLabels {
  constructor(private readonly database: Database) {}

  /**
   * Names a type, or says that it needs no name; either way nobody is asked again.
   * @throws AppError 422 when there are as many names as there may be
   */
  async set(actor: Actor, type: string, label: string | null): Promise<void> {
    await this.database.tx(async (tx) => {
      const before = await tx.row<{ label: string | null }>(
        'select l.label from cortex.activity_type_labels l where l.type = $1 for update',
        [type],
      );
      const all = await tx.row<{ n: number }>('select count(*)::int as n from cortex.activity_type_labels');
      if (!before && all!.n >= MOST_LABELS)
        throw new AppError('limit_reached', `At most ${MOST_LABELS} types can have a name.`);
      await tx.run(
        `insert into cortex.activity_type_labels (type, label, set_by) values ($1, $2, $3)
         on conflict (type) do update set label = excluded.label, set_by = excluded.set_by, set_at = cortex.now()`,
        [type, label, actor.label],
      );
      await recordAudit(tx, actor, {
        action: 'activity_type.named',
        targetKind: 'activity_type',
        targetId: type,
        before: before ? { label: before.label } : undefined,
        after: { label },
      });
    });
  }
}

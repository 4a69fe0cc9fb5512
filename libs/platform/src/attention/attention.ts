import type { AdminAddress } from '#contracts';
import type { Tx } from '../db/tx.js';

export interface NewAttention {
  /** One open item per key; opening it again refreshes its text. */
  key: string;
  kind: string;
  title: string;
  detail?: string;
  /** What the screen offers: a label and where it leads. */
  action?: { label: string; href: AdminAddress };
  facts?: Record<string, unknown>;
}

/** Says that something needs a person. */
export async function openAttention(on: Pick<Tx, 'run'>, item: NewAttention): Promise<void> {
  await on.run(
    `insert into cortex.attention (key, kind, title, detail, action, facts)
     values ($1, $2, $3, $4, $5::jsonb, $6::jsonb)
     on conflict (key) where closed_at is null
     do update set title = excluded.title, detail = excluded.detail, action = excluded.action, facts = excluded.facts`,
    [
      item.key,
      item.kind,
      item.title,
      item.detail ?? '',
      item.action ? JSON.stringify(item.action) : null,
      JSON.stringify(item.facts ?? {}),
    ],
  );
}

/** Closes the open item of this key, when its cause is gone. */
export async function closeAttention(on: Pick<Tx, 'run'>, key: string, by = 'cortex'): Promise<void> {
  await on.run(
    'update cortex.attention set closed_at = cortex.now(), closed_by = $2 where key = $1 and closed_at is null',
    [key, by],
  );
}

import { addressOf, peopleOf, setConsents } from '#directory';
import type { SuppressionsImported } from '#contracts';
import { streams, suppress, type NewSuppression, type Stream } from '#emails';
import { recordAudit, type Actor, type Tx } from '#platform';

/** Somebody whom another program must not write to. */
export interface ImportedSuppression {
  email: string;
  reason: 'unsubscribed' | 'hard_bounce' | 'spam_complaint';
  /** When that was; absent: now. */
  at?: string;
}

/** A dead address is dead on every stream; the rest is about marketing. */
const streamsFor = (reason: ImportedSuppression['reason']): readonly Stream[] =>
  reason === 'hard_bounce' ? streams : ['broadcast'];

/**
 * Takes over another program's list, before its people are: an address stands on it whether or not anybody has it yet.
 * Who is known and did not bounce counts as unsubscribed too, by their own time.
 */
export async function importSuppressions(
  tx: Tx,
  actor: Actor,
  items: readonly ImportedSuppression[],
  source: string,
): Promise<SuppressionsImported> {
  await recordAudit(tx, actor, {
    action: 'suppressions.imported',
    targetKind: 'suppressions',
    after: { source, count: items.length },
  });
  const origin = `import ${source}`;
  const normal = items.map(({ email }) => addressOf(email));
  const addresses = [...new Set(normal.filter((address) => address !== undefined))];
  const before = await tx.row<{ n: number }>(
    `select count(distinct address)::int as n from cortex.suppressions
     where stream = 'broadcast' and address = any($1::text[])`,
    [addresses],
  );
  const added = await suppress(
    tx,
    items.flatMap(({ email, reason, at }) =>
      streamsFor(reason).map((stream): NewSuppression => ({
        address: email,
        stream,
        reason: reason === 'unsubscribed' ? 'manual' : reason,
        origin,
        at: at === undefined ? undefined : new Date(at),
      })),
    ),
  );
  const people = await peopleOf(tx, addresses);
  const noes = items.flatMap(({ reason, at }, nth) => {
    const person = people.get(normal[nth] ?? '');
    if (!person || reason === 'hard_bounce') return [];
    const past = at !== undefined && Date.parse(at) < Date.now() ? { at } : {};
    const consent = { status: 'unsubscribed' as const, source, ...past };
    return [{ person_id: person.person_id, consent, by: 'system' as const }];
  });
  const { changed } = await setConsents(tx, noes);
  return {
    addresses: addresses.length,
    listed: before!.n,
    added,
    known: people.size,
    unsubscribed: changed.filter(Boolean).length,
  };
}

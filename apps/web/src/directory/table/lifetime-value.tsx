import { moneyText } from '#rules';
import type { Contact } from '../contacts.queries';

const plain = (amount: number, currency: string) => moneyText(amount, currency, { plain: true });

/** “€1,240 · and $300, ¥12,000”: what somebody paid in the workspace’s currency, and beside it what they paid in others. */
export function LifetimeValue({ person: { lifetime_value, currency, other_currencies } }: { person: Contact }) {
  const others = other_currencies.map((other) => plain(other.amount, other.currency));
  return (
    <span>
      {plain(lifetime_value, currency)}
      {others.length > 0 ? <span className="quiet"> · and {others.join(', ')}</span> : null}
    </span>
  );
}

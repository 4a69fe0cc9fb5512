import { addressOf } from '#directory';
import { AppError, type Tx } from '#platform';
import type { OrderState } from './order-news.js';

interface Holder extends OrderState {
  id: string;
  profile_id: string;
  email: string | null;
}

/** An order that was recorded before, and who has it. */
export interface KnownOrder extends Holder {
  /** Whoever has it did something under the given address before, which is nobody's now. */
  isFormer: boolean;
}

/**
 * The order of this name, which is locked; undefined where there is none.
 * @param email of whoever is said to have paid
 * @param pointer where in the item the name stands
 * @throws AppError 409 when it is somebody else's: an order is never changed in another person's name
 */
export async function holderOfOrder(
  tx: Tx,
  externalId: string | undefined,
  email: string,
  pointer: string,
): Promise<KnownOrder | undefined> {
  if (externalId === undefined) return undefined;
  const holder = await tx.row<Holder>(
    `select t.id, t.profile_id, u.email::text as email, t.amount_minor::float8 as amount_minor,
       t.refunded_minor::float8 as refunded_minor, t.currency::text as currency, t.status
     from public.transactions t join public.unified_profiles u on u.id = t.profile_id
     where t.external_id = $1 for update of t`,
    [externalId],
  );
  if (!holder) return undefined;
  const whose = await whoseIsIt(tx, holder, email);
  if (whose !== undefined) return { ...holder, isFormer: whose === 'former' };
  const message =
    'This is an order of somebody else, and was left as it is. Send it with their address, or link the two accounts first.';
  throw new AppError('order_of_another_person', message, { errors: [{ pointer, message }] });
}

/**
 * The address is theirs, or that of an account that is linked with theirs; or nobody has it now, and they did something
 * under it before they changed it.
 */
async function whoseIsIt(tx: Tx, { email: of }: Holder, email: string): Promise<'theirs' | 'former' | undefined> {
  const [here, there] = [of, email].map((each) => (each === null ? undefined : addressOf(each)));
  if (here === undefined || there === undefined) return undefined;
  if (here === there) return 'theirs';
  const row = await tx.row<{ one: boolean; former: boolean }>(
    `with people as (
       select p.address, p.person_id, coalesce(k.into_person_id, p.person_id) as shown
       from cortex.people p left join cortex.person_links k on k.person_id = p.person_id
       where p.address in ($1, $2) and p.type is not null
     )
     select exists (
         select from people h join people n on n.shown = h.shown where h.address = $1 and n.address = $2) as one,
       not exists (select from people n where n.address = $2) and exists (
         select from people h join public.crm_activities a on a.person_id = h.person_id
         where h.address = $1 and cortex.address(a.contact_email) = $2) as former`,
    [here, there],
  );
  if (row!.one) return 'theirs';
  return row!.former ? 'former' : undefined;
}

import { addressOf } from '#directory';
import { AppError, type Tx } from '#platform';

interface Holder {
  profile_id: string;
  email: string | null;
}

/**
 * The profile that has the order of this name, which is locked; undefined where there is none.
 * @param email of whoever is said to have paid
 * @param pointer where in the item the name stands
 * @throws AppError 409 when it is somebody else's: an order is never changed in another person's name
 */
export async function holderOfOrder(
  tx: Tx,
  externalId: string | undefined,
  email: string,
  pointer: string,
): Promise<string | undefined> {
  if (externalId === undefined) return undefined;
  const holder = await tx.row<Holder>(
    `select t.profile_id, u.email::text as email
     from public.transactions t join public.unified_profiles u on u.id = t.profile_id
     where t.external_id = $1 for update of t`,
    [externalId],
  );
  if (!holder) return undefined;
  if (await isTheirs(tx, holder, email)) return holder.profile_id;
  const message =
    'This is an order of somebody else, and was left as it is. Send it with their address, or link the two accounts first.';
  throw new AppError('order_of_another_person', message, { errors: [{ pointer, message }] });
}

/**
 * The address is theirs, or that of an account that is linked with theirs; or nobody has it now, and they did something
 * under it before they changed it.
 */
async function isTheirs(tx: Tx, { email: of }: Holder, email: string): Promise<boolean> {
  const [here, there] = [of, email].map((each) => (each === null ? undefined : addressOf(each)));
  if (here === undefined || there === undefined) return false;
  if (here === there) return true;
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
  return row!.one || row!.former;
}

import { filters, type Context } from 'liquidjs';

type DateFilter = (this: { context: Context }, value: unknown, format?: unknown, zone?: unknown) => unknown;
const liquidDate = filters.date as unknown as DateFilter;

/** Only a day, without a time: it is that day in every zone. */
const dayOnly = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Liquid's `date`, in the zone of the person, else of the workspace, unless the template names one: a mail that says
 * "your call is at 10:00" means ten o'clock where its reader is.
 */
export const dateInZone: DateFilter = function (value, format, zone) {
  return liquidDate.call(
    this,
    value,
    format,
    zone ?? (dayOnly.test(String(value)) ? 'UTC' : zoneOf(this.context.environments)),
  );
};

function zoneOf(data: object): string {
  const { contact, workspace } = data as Record<string, { timezone?: unknown } | undefined>;
  for (const zone of [contact?.timezone, workspace?.timezone])
    if (typeof zone === 'string' && isZone(zone)) return zone;
  return 'UTC';
}

const known = new Map<string, boolean>();
/** Whether the runtime knows the zone; the person's one was written by somebody else. */
function isZone(zone: string): boolean {
  let answer = known.get(zone);
  if (answer === undefined) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      answer = true;
    } catch {
      answer = false;
    }
    if (known.size < 1_000) known.set(zone, answer);
  }
  return answer;
}

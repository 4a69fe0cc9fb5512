import { count, plural } from '../../../ui/formatting/format';
import type { Funnel } from '../broadcast/broadcasts.queries';

/**
 * “About 25 calls to Postmark, some 4 minutes at the pace of the last days (52 e-mails a second).”
 * @param atOnce its mails leave as fast as may be: only then anything can be said about the time
 */
export function sendingInWords({ calls, seconds, per_second, measured }: Funnel['sending'], atOnce: boolean): string {
  const how = `${calls > 1 ? 'About ' : ''}${plural(calls, 'call', 'calls')} to Postmark`;
  if (!atOnce) return `${how}.`;
  const pace = per_second < 10 ? String(per_second) : count(Math.round(per_second));
  const long = `${how}, ${spanInWords(seconds)}`;
  return measured
    ? `${long} at the pace of the last days (${pace} e-mails a second).`
    : `${long} if Postmark takes ${pace} e-mails a second. Your own pace is known once more has been sent.`;
}

function spanInWords(seconds: number): string {
  if (seconds < 60) return 'less than a minute';
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return minutes === 1 ? 'about a minute' : `some ${minutes} minutes`;
  return `some ${count(Math.round(minutes / 6) / 10)} hours`;
}

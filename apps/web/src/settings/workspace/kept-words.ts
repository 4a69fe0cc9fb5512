import { fewestMonths, keptDays, type RetainedKind } from '#contracts';
import { plural } from '../../ui/formatting/format';
import type { KeptData } from './data-kept.queries';

interface Words {
  title: string;
  /** What it is, and what is missed once it is deleted. */
  note: string;
  /** For kinds whose time is no setting. */
  kept?: string;
}

const days = (n: number) => plural(n, 'day', 'days');

export const keptWords: Record<KeptData['kind'], Words> = {
  activities: {
    title: 'Activities',
    note: 'What people did, with their consent history. Rules, lists and backtests find nothing of what is deleted. Whole months go; what a person’s open run began with stays.',
  },
  visitors: {
    title: 'Unknown visitors',
    note: 'What visitors of your site did of whom nobody has proven who they are. What has become a person’s counts as an activity and stays as long as those. Whole months go. The size is that of their index; the rest is counted with the activities.',
  },
  mails: {
    title: 'Sent e-mails',
    note: 'What they said, the data they were filled with, and what Postmark reported. That they were sent, opened and clicked stays. Whole months go.',
  },
  webhook_calls: { title: 'Webhook calls', note: 'What webhook steps sent, and the answers.' },
  rejected: {
    title: 'Rejected data',
    note: `Activities that could not be matched with automations, and errors in the shop’s rows. Bodies that were refused at a source go after ${days(keptDays.refused_bodies)}.`,
  },
  files: {
    title: 'Files',
    note: 'Imports and exports. An import can be undone as long as its file is here.',
    kept: days(keptDays.files),
  },
  jobs: {
    title: 'Jobs',
    note: 'That people were imported, exported or changed together, and what came of it. One that can be undone stays.',
    kept: days(keptDays.jobs),
  },
  sign_ups: {
    title: 'Sign-ups',
    note: 'From your forms. A confirmed one proves the consent.',
    kept: `For ever; ${days(keptDays.unconfirmed_sign_ups)} if not confirmed`,
  },
  sign_ins: { title: 'Failed sign-ins', note: 'How often, without the address.', kept: '1 day' },
  presence: { title: 'Open drawings', note: 'Which colleague has an automation open.', kept: 'Less than a minute' },
  request_keys: {
    title: 'Repeated requests',
    note: 'Answers to requests with an Idempotency-Key.',
    kept: days(keptDays.repeated_requests),
  },
  audit: { title: 'Audit log', note: 'Who did what. It is never deleted.', kept: 'For ever' },
};

export const isRetained = (kind: KeptData['kind']): kind is RetainedKind => kind in fewestMonths;

/** `For ever`, `1 year`, `18 months` */
export const monthsText = (months: number | null): string =>
  months === null
    ? 'For ever'
    : months % 12 === 0
      ? plural(months / 12, 'year', 'years')
      : plural(months, 'month', 'months');

const USUAL = [1, 3, 6, 12, 18, 24, 36, 60, 120];

/** What can be chosen for a kind, by months; 0 is for ever. */
export function choicesFor(kind: RetainedKind, stored: number | null): { value: string; label: string }[] {
  const months = new Set(USUAL.filter((n) => n >= fewestMonths[kind]));
  if (stored !== null) months.add(stored);
  return [0, ...[...months].toSorted((a, b) => a - b)].map((n) => ({
    value: String(n),
    label: monthsText(n === 0 ? null : n),
  }));
}

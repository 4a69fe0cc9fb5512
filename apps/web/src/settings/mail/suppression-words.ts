import type { ImportReason, Suppression, SuppressionReason } from './suppressions.queries';

/** Why an address gets no mail, as the list says it. */
export const reasonWords: Record<SuppressionReason, string> = {
  hard_bounce: 'address does not exist',
  spam_complaint: 'marked as spam',
  manual: 'unsubscribed or blocked',
  inactive: 'turned off at Postmark',
};

export const importReasonWords: Record<ImportReason, string> = {
  unsubscribed: 'They unsubscribed',
  hard_bounce: 'The address does not exist (hard bounce)',
  spam_complaint: 'They marked an e-mail as spam',
};

export const streamWords: Record<Suppression['stream'], string> = {
  broadcast: 'marketing',
  transactional: 'system',
};

/** `import mailchimp` → `Import from mailchimp`; whoever did it by hand is named as they are. */
export function originWords(origin: string): string {
  if (origin === 'import import') return 'Import';
  if (origin.startsWith('import ')) return `Import from ${origin.slice('import '.length)}`;
  return origin.startsWith('postmark') ? `P${origin.slice(1)}` : origin;
}

import type { EffectType } from '#graph';
import { activityRecord } from './activity-record.js';
import { contactUpdate } from './contact-update.js';
import type { EffectHandler } from './effect-handler.js';
import { emailSend } from './email-send.js';

/** How each effect is carried out; the compiler sees to it that none is missing. */
export const effects: { [T in EffectType]: EffectHandler<T> } = {
  'email.send': emailSend,
  'contact.update': contactUpdate,
  'activity.record': activityRecord,
};

/**
 * Effects whose result other steps can ask about only once it is committed (the directory's row follows at
 * commit): the run goes on in a transaction of its own.
 */
export const settlesAtCommit: ReadonlySet<EffectType> = new Set<EffectType>(['contact.update']);

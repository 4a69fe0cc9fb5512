import type { EffectType } from '#graph';
import { activityRecord } from './activity-record.js';
import { automationEnter } from './automation-enter.js';
import { contactUpdate } from './contact-update.js';
import type { EffectHandler } from './effect-handler.js';
import { emailSend } from './email-send.js';
import { listUpdate } from './list-update.js';
import { teamNotify } from './team-notify.js';
import { webhookPost } from './webhook-post.js';

/** How each effect is carried out; the compiler sees to it that none is missing. */
export const effects: { [T in EffectType]: EffectHandler<T> } = {
  'email.send': emailSend,
  'contact.update': contactUpdate,
  'activity.record': activityRecord,
  'list.update': listUpdate,
  'team.notify': teamNotify,
  'automation.enter': automationEnter,
  'webhook.post': webhookPost,
};

/**
 * Effects whose result other steps can ask about only once it is committed (the directory's row follows at
 * commit): the run goes on in a transaction of its own.
 */
export const settlesAtCommit: ReadonlySet<EffectType> = new Set<EffectType>(['contact.update']);

/**
 * Effects that look at the person's runs in the database: runs that this very transaction has begun are not there yet, so
 * a person who has such runs waits for the next one.
 */
export const needsWrittenRuns: ReadonlySet<EffectType> = new Set<EffectType>(['automation.enter']);

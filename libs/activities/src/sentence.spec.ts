import { describe, expect, it } from '@jest/globals';
import { activitySentence } from './sentence.js';

const id = '01980000-0000-7000-8000-000000000001';
const names = {
  mails: new Map([[id, 'You left something behind']]),
  automations: new Map([[id, 'Abandoned checkout']]),
  courses: new Map([[id, 'Photography 101']]),
};
const says = (type: string, metadata: Record<string, unknown>) => activitySentence(type, metadata, names);

describe('what the timeline says', () => {
  it('names mails, automations and courses that the metadata gives by id only', () => {
    expect(says('email.sent', { message_id: id, automation_id: id })).toBe('Was sent “You left something behind”');
    expect(says('email.skipped', { message_id: id, reason: 'no_consent' })).toBe(
      'Was not sent “You left something behind”: they never agreed to marketing mail',
    );
    expect(says('email.bounced', { message_id: id })).toBe('“You left something behind” bounced');
    expect(says('automation.entered', { automation_id: id })).toBe('Entered “Abandoned checkout”');
    expect(says('course.enrolled', { course_id: id, amount_minor: 4900, currency: 'EUR' })).toBe(
      'Enrolled: Photography 101, €49.00',
    );
  });

  it('says how somebody left an automation, and why', () => {
    const left = (more: object) => says('automation.left', { automation_id: id, ...more });
    expect(left({ status: 'exited', reason: 'enrolled' })).toBe('Left “Abandoned checkout”: enrolled');
    expect(left({ status: 'completed', reason: null })).toBe('Finished “Abandoned checkout”');
    expect(left({ status: 'completed', reason: 'goal' })).toBe('Reached the goal of “Abandoned checkout”');
    expect(left({ status: 'failed', reason: 'no sender' })).toBe(
      'Was stopped in “Abandoned checkout” by an error: no sender',
    );
  });

  it('keeps the name that was noted where the automation is gone', () => {
    expect(activitySentence('automation.entered', { automation_id: id, automation: 'Old' })).toBe('Entered “Old”');
    expect(activitySentence('email.sent', { message_id: id })).toBe('Was sent an e-mail');
  });

  it('says what changed and who did it', () => {
    const changed = (changes: object, more: object = {}) => says('contact.updated', { changes, ...more });
    expect(changed({ tags: { old: ['a'], new: ['a', 'bounced'] } })).toBe('Tagged bounced');
    expect(changed({ tags: { old: ['a', 'b'], new: ['c'] }, country: { old: null, new: 'DE' } })).toBe(
      'Tagged c; no longer tagged a and b; country changed',
    );
    expect(changed({ attributes: { old: { shoe_size: 1, x: 1 }, new: { shoe_size: 2, x: 1 } } })).toBe(
      'Details (shoe size) changed',
    );
    expect(changed({ tags: { old: [], new: ['vip'] } }, { by: 'automation', automation_id: id })).toBe(
      'Tagged vip by “Abandoned checkout”',
    );
    expect(changed({ phone: { old: '1', new: '2' } }, { by: 'anna@example.com' })).toBe(
      'Phone changed by anna@example.com',
    );
    expect(changed({ consent: { old: 'unknown', new: 'subscribed' } })).toBe('Consent is now “subscribed”');
    expect(changed({ topics: { old: { News: true }, new: { News: false, Offers: true } } })).toBe(
      'Gets the topic “Offers”; no longer gets the topic “News”',
    );
    expect(changed({ mail_paused_until: { old: null, new: '2026-12-29T10:00:00.000Z' } })).toBe(
      'Paused marketing mail until 29 December 2026',
    );
    for (const until of [null, 'x', {}])
      expect(changed({ mail_paused_until: { new: until } })).toBe('Ended the pause of mail');
    expect(says('contact.updated', {})).toBe('Details changed');
  });

  it('writes amounts in the digits of their currency', () => {
    expect(says('order.paid', { amount_minor: 4900, currency: 'JPY' })).toBe('Paid: ¥4,900');
    expect(says('checkout.abandoned', { course_title: 'Yoga', amount: 12.5, currency: 'USD' })).toBe(
      'Left the checkout: Yoga, $12.50',
    );
    expect(says('order.paid', { amount_minor: 4900, currency: 'nonsense' })).toBe('Paid: 49 nonsense');
  });

  it('reads a type that is named like a member of every object as its name', () => {
    expect(activitySentence('constructor', {})).toBe('Constructor');
    expect(activitySentence('to_string', {})).toBe('To string');
    expect(activitySentence('toString', {})).toBe('ToString');
  });
});

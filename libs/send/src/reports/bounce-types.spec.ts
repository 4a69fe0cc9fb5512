import { describe, expect, it } from '@jest/globals';
import { Models } from 'postmark';
import { readBounce } from './bounce-types.js';

const bounced = 'email.bounced';
const complained = 'email.complained';

/** Every type of Postmark: what it becomes while the address stays active, and what once it is deactivated. */
const table: [type: string, active: string | undefined, deactivated: [activity: string, suppression: string]][] = [
  ['HardBounce', bounced, [bounced, 'hard_bounce']],
  ['Transient', undefined, [bounced, 'inactive']],
  ['Unsubscribe', undefined, [bounced, 'inactive']],
  ['Subscribe', undefined, [bounced, 'inactive']],
  ['AutoResponder', undefined, [bounced, 'inactive']],
  ['AddressChange', undefined, [bounced, 'inactive']],
  ['DnsError', bounced, [bounced, 'inactive']],
  ['SpamNotification', bounced, [complained, 'spam_complaint']],
  ['OpenRelayTest', bounced, [bounced, 'inactive']],
  ['Unknown', bounced, [bounced, 'inactive']],
  ['SoftBounce', bounced, [bounced, 'inactive']],
  ['VirusNotification', bounced, [bounced, 'inactive']],
  ['ChallengeVerification', undefined, [bounced, 'inactive']],
  ['BadEmailAddress', bounced, [bounced, 'hard_bounce']],
  ['SpamComplaint', complained, [complained, 'spam_complaint']],
  ['ManuallyDeactivated', bounced, [bounced, 'manual']],
  ['Unconfirmed', bounced, [bounced, 'inactive']],
  ['Blocked', bounced, [bounced, 'inactive']],
  ['SMTPApiError', bounced, [bounced, 'inactive']],
  ['InboundError', bounced, [bounced, 'inactive']],
  ['DMARCPolicy', bounced, [bounced, 'inactive']],
  ['TemplateRenderingFailed', bounced, [bounced, 'inactive']],
];

describe('9.K: the Inactive flag decides about suppression, the type only names the reason', () => {
  it.each(table)('%s', (type, active, [activity, suppression]) => {
    expect(readBounce(type, false)).toEqual(active === undefined ? {} : { activity: active });
    expect(readBounce(type, true)).toEqual({ activity, suppression });
  });

  it('knows every type that Postmark names, and takes one it does not name yet for a bounce', () => {
    expect(table.map(([type]) => type).sort()).toEqual(Object.values(Models.BounceType).sort());
    expect(readBounce('NewKind', false)).toEqual({ activity: bounced });
    expect(readBounce('NewKind', true)).toEqual({ activity: bounced, suppression: 'inactive' });
  });
});

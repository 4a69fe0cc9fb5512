import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '#testing';
import { fields } from '../language/fields.js';
import { isTopicOff, mailRefusal, mailRefusals } from './mail-permission.js';

const both = [true, false];
const cases = (['broadcast', 'transactional'] as const).flatMap((stream) =>
  both.flatMap((known) =>
    both.flatMap((suppressed) =>
      (['unknown', 'subscribed', 'pending', 'unsubscribed'] as const).flatMap((consent) =>
        both.flatMap((mail_unanswered) =>
          both.flatMap((topic_off) =>
            both.map((paused) => ({ stream, known, suppressed, consent, mail_unanswered, topic_off, paused })),
          ),
        ),
      ),
    ),
  ),
);

describe('whether a mail may go to a person', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  it('is answered alike by SQL and TypeScript in every case there is, with the same reason', async () => {
    const rows = await db.database.rows<(typeof cases)[number] & { refusal: string | null; may: boolean }>(
      `select c.*, cortex.mail_refusal(stream, known, suppressed, consent, mail_unanswered, topic_off, paused) as refusal,
         cortex.may_be_mailed(suppressed, consent, mail_unanswered) as may
       from jsonb_to_recordset($1::jsonb)
         as c(stream text, known boolean, suppressed boolean, consent text, mail_unanswered boolean, topic_off boolean, paused boolean)`,
      [JSON.stringify(cases)],
    );
    expect(rows).toHaveLength(256);
    for (const { refusal, may, mail_unanswered, stream, ...standing } of rows) {
      const said = mailRefusal(stream, standing, mail_unanswered);
      expect({ ...standing, stream, mail_unanswered, refusal: said ?? null }).toEqual({
        ...standing,
        stream,
        mail_unanswered,
        refusal,
      });
      // Who chose no topic and no pause: whoever may be mailed at all.
      if (stream === 'broadcast' && standing.known)
        expect(may).toBe(said === undefined || said === 'topic_off' || said === 'paused');
    }
    expect(new Set(rows.flatMap(({ refusal }) => refusal ?? []))).toEqual(new Set(mailRefusals));
  });

  it('is answered alike about a topic, whatever was chosen and whatever holds by default', async () => {
    const answers = [true, false, undefined];
    const asked = answers.flatMap((wanted) => answers.map((default_on) => ({ wanted, default_on })));
    const rows = await db.database.rows<{ off: boolean; none: boolean }>(
      `select cortex.topic_off(uuidv7(), wanted, default_on) as off, cortex.topic_off(null, wanted, default_on) as none
       from rows from (jsonb_to_recordset($1::jsonb) as (wanted boolean, default_on boolean))
         with ordinality as c(wanted, default_on, ord) order by ord`,
      [JSON.stringify(asked)],
    );
    expect(rows.map(({ off }) => off)).toEqual(asked.map((one) => isTopicOff(one.wanted, one.default_on)));
    expect(rows.every(({ none }) => !none)).toBe(true);
  });

  it('is put in place of its call, so that a question costs what its conditions cost', async () => {
    const explained = await db.database.rows<{ 'QUERY PLAN': string }>(
      `explain (verbose, costs off) select cortex.mail_refusal('broadcast', p.type is not null,
         p.suppressed_broadcast or exists (select from cortex.suppressions x where x.address = p.address and x.stream = 'broadcast'),
         p.consent_status, s.mail_unanswered, cortex.topic_off(null, true, true), p.paused_until > cortex.now())
       from cortex.people p cross join cortex.settings s
       where ${fields.find(({ id }) => id === 'can_be_emailed')!.sql}`,
    );
    const plan = explained.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain("consent_status = 'subscribed'");
    expect(plan).not.toMatch(/mail_refusal|may_be_mailed|topic_off/);
  });
});

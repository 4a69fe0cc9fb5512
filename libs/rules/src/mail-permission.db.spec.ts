import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '#testing';
import { fields } from './fields.js';
import { mailRefusal, mailRefusals } from './mail-permission.js';

const both = [true, false];
const cases = (['broadcast', 'transactional'] as const).flatMap((stream) =>
  both.flatMap((known) =>
    both.flatMap((suppressed) =>
      (['unknown', 'subscribed', 'pending', 'unsubscribed'] as const).flatMap((consent) =>
        both.map((mail_unanswered) => ({ stream, known, suppressed, consent, mail_unanswered })),
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
      `select c.*, cortex.mail_refusal(stream, known, suppressed, consent, mail_unanswered) as refusal,
         cortex.may_be_mailed(suppressed, consent, mail_unanswered) as may
       from jsonb_to_recordset($1::jsonb)
         as c(stream text, known boolean, suppressed boolean, consent text, mail_unanswered boolean)`,
      [JSON.stringify(cases)],
    );
    expect(rows).toHaveLength(64);
    for (const { refusal, may, mail_unanswered, stream, ...standing } of rows) {
      const said = mailRefusal(stream, standing, mail_unanswered);
      expect({ ...standing, stream, mail_unanswered, refusal: said ?? null }).toEqual({
        ...standing,
        stream,
        mail_unanswered,
        refusal,
      });
      if (stream === 'broadcast' && standing.known) expect(may).toBe(said === undefined);
    }
    expect(new Set(rows.flatMap(({ refusal }) => refusal ?? []))).toEqual(new Set(mailRefusals));
  });

  it('is put in place of its call, so that a question costs what its conditions cost', async () => {
    const explained = await db.database.rows<{ 'QUERY PLAN': string }>(
      `explain (verbose, costs off) select cortex.mail_refusal('broadcast', p.type is not null,
         p.suppressed_broadcast or exists (select from cortex.suppressions x where x.address = p.address and x.stream = 'broadcast'),
         p.consent_status, s.mail_unanswered)
       from cortex.people p cross join cortex.settings s
       where ${fields.find(({ id }) => id === 'can_be_emailed')!.sql}`,
    );
    const plan = explained.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain("consent_status = 'subscribed'");
    expect(plan).not.toMatch(/mail_refusal|may_be_mailed/);
  });
});

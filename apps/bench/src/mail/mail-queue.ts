import { newId, type Database } from '#platform';
import { queueMails, type MailData } from '#emails';

const subject = 'You left {{ lead.course_title }} behind, {{ contact.first_name | default: "there" }}';
const html = `<!doctype html><html><body style="font-family:sans-serif">
<h1>Hello {{ contact.first_name | default: "there" }},</h1>
<p>you had a look at <b>{{ lead.course_title }}</b> and did not finish. Your place is kept for two days.</p>
<p><a href="https://school.example/checkout/{{ lead.id }}">Go on where you stopped</a></p>
{% if contact.country == "DE" %}<p>Prices include VAT.</p>{% endif %}
<p style="color:#666">{{ workspace.postal_address }}<br><a href="{{ links.unsubscribe }}">Unsubscribe</a></p>
</body></html>`;

const CHUNK = 1000;

/** What a workspace must say before mail leaves, and people who may get it. */
export async function allowMail(database: Database): Promise<void> {
  await database.run(
    `update cortex.settings set sender_broadcast = 'School <news@school.example>', postal_address = '1 Main Street'`,
  );
  await database.run("update cortex.people set country = 'DE', consent_status = 'subscribed'");
}

/**
 * Empties the queue and queues one mail of one automation's step to each of so many people.
 * @param also gets the same mails, for whoever sends them in another way
 */
export async function queueMailsOfOneStep(
  database: Database,
  count: number,
  also: (mails: { email: string; data: MailData }[]) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  await database.run(
    `truncate cortex.messages, cortex.outgoing, cortex.provider_ids, public.crm_activities, cortex.activity_inbox, cortex.send_batches`,
  );
  const automation_id = newId();
  const lead = { id: newId(), course_title: 'Photography 101', attributes: {} };
  let after = '';
  for (let queued = 0; queued < count;) {
    const people = await database.rows<{ address: string; person_id: string; email: string; first_name: string }>(
      'select address, person_id, email, first_name, country from cortex.people where address > $1 order by address limit $2',
      [after, Math.min(CHUNK, count - queued)],
    );
    if (people.length === 0) throw new Error(`There are ${queued} people, not ${count}.`);
    const mails = people.map(({ address: _, ...person }) => ({
      run: { automation_id, version: 1, run_id: newId(), node_id: 'first', visit: 1 },
      person_id: person.person_id,
      stream: 'broadcast' as const,
      content: { subject, html },
      data: { contact: { ...person }, lead },
      dedupe_key: newId(),
    }));
    await database.tx((tx) => queueMails(tx, mails));
    await also(mails.map(({ data }) => ({ email: data.contact.email, data })));
    queued += people.length;
    after = people.at(-1)!.address;
  }
  await database.run('vacuum analyze cortex.messages, cortex.outgoing');
  await database.run('checkpoint');
}

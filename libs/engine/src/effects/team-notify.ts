import { addressOf, findOrCreatePeople } from '#directory';
import { queueMails, type Mail } from '#emails';
import type { Tx } from '#platform';
import { mailData } from '../runs/mail-data.js';
import type { EffectHandler } from './effect-handler.js';

/**
 * Queues a mail to a colleague about the person, on the transactional stream. Like every mail of a step it is
 * counted there and has one key, however often the step is tried.
 */
export const teamNotify: EffectHandler<'team.notify'> = async (tx, calls) => {
  const runs = calls.map(({ journey }) => journey.run);
  const data = await mailData(tx, runs);
  const demo = await madeUp(
    tx,
    runs.map((run) => run.person_id),
  );
  const addresses = calls.map(({ effect }) => {
    const address = addressOf(effect.to);
    if (!address) throw new Error(`“${effect.to}” is no address that mail can go to.`);
    return address;
  });
  const people = await findOrCreatePeople(tx, addresses);
  const queued = await queueMails(
    tx,
    calls.map(({ journey: { run, version }, record, effect }, at): Mail => ({
      run: {
        automation_id: run.automation_id,
        version: version.number,
        run_id: run.id,
        node_id: record.node_id,
        visit: record.visit,
      },
      person_id: people.get(addresses[at]!)!.person_id,
      colleague: effect.to,
      stream: 'transactional',
      content: { subject: effect.subject, html: asHtml(effect.text), text: effect.text },
      data: data[at]!,
      dedupe_key: `run:${run.id}:${record.node_id}:${record.visit}`,
      ...(demo.has(run.person_id) ? { demo: true } : {}),
    })),
  );
  return queued.map(({ message_id }) => ({ message_id }));
};

/** Those among these people whom the demo made up: no mail about them leaves this machine. */
async function madeUp(tx: Tx, personIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.rows<{ person_id: string }>(
    'select person_id from cortex.people where person_id = any($1::uuid[]) and demo',
    [personIds],
  );
  return new Set(rows.map((row) => row.person_id));
}

const escapes = new Map(Object.entries<string>({ '&': '&amp;', '<': '&lt;', '>': '&gt;' }));

/** Plain text as HTML, its Liquid left as it is: what that puts out is escaped when it is rendered. */
const asHtml = (text: string): string => {
  const parts = text.split(/(\{\{.*?\}\}|\{%.*?%\})/s);
  const shown = parts.map((part, at) => (at % 2 === 0 ? part.replace(/[&<>]/g, (sign) => escapes.get(sign)!) : part));
  return `<div style="white-space:pre-wrap;font:15px/1.5 sans-serif">${shown.join('')}</div>`;
};

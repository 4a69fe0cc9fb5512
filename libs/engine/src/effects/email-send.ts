import { queueMails, type Mail } from '#emails';
import { mailData } from '../runs/mail-data.js';
import type { Tx } from '#platform';
import type { EffectCall, EffectHandler } from './effect-handler.js';

/** Queues the step's mail; it leaves once this transaction has committed. Its key makes it one mail however often the step is tried. */
export const emailSend: EffectHandler<'email.send'> = async (tx, calls, moment) => {
  const reworded = moment.reworded ? await rewordedMails(tx, calls) : new Map<string, Reworded>();
  const data = await mailData(
    tx,
    calls.map(({ journey }) => journey.run),
  );
  const mails = calls.map(({ journey, record, effect }, at): Mail => {
    const { run, version } = journey;
    const newer = reworded.get(`${run.automation_id} ${record.node_id}`);
    const pinned = newer && newer.version > version.number ? newer.content_id : version.pins[record.node_id];
    const said = pinned
      ? { content_id: pinned }
      : effect.template_id
        ? { template_id: effect.template_id }
        : {
            content: {
              subject: effect.subject ?? '',
              preheader: effect.preheader,
              html: effect.html ?? '',
              text: effect.text,
            },
          };
    return {
      ...said,
      run: {
        automation_id: run.automation_id,
        version: version.number,
        run_id: run.id,
        node_id: record.node_id,
        visit: record.visit,
      },
      person_id: run.person_id,
      stream: effect.stream,
      topic_id: effect.topic_id,
      from: effect.from,
      data: data[at]!,
      dedupe_key: `run:${run.id}:${record.node_id}:${record.visit}`,
    };
  });
  const queued = await queueMails(tx, mails);
  return queued.map(({ message_id }) => ({ message_id }));
};

interface Reworded {
  automation_id: string;
  node_id: string;
  /** The words are for the versions before it. */
  version: number;
  content_id: string;
}

/** What steps of earlier versions say by now, by automation and step. */
async function rewordedMails(
  tx: Tx,
  calls: readonly EffectCall<'email.send'>[],
): Promise<ReadonlyMap<string, Reworded>> {
  const rows = await tx.rows<Reworded>(
    `select automation_id, node_id, version, content_id from cortex.reworded_mails where automation_id = any($1::uuid[])`,
    [[...new Set(calls.map(({ journey }) => journey.run.automation_id))]],
  );
  return new Map(rows.map((row) => [`${row.automation_id} ${row.node_id}`, row]));
}

import { queueMails, type Mail } from '#emails';
import { mailData } from '../runs/mail-data.js';
import type { EffectHandler } from './effect-handler.js';

/** Queues the step's mail; it leaves once this transaction has committed. Its key makes it one mail however often the step is tried. */
export const emailSend: EffectHandler<'email.send'> = async (tx, calls) => {
  const data = await mailData(
    tx,
    calls.map(({ journey }) => journey.run),
  );
  const mails = calls.map(({ journey, record, effect }, at): Mail => {
    const { run, version } = journey;
    const pinned = version.pins[record.node_id];
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

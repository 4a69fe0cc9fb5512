import type { MailHelp } from '#automations';
import {
  allowedSenders,
  footerNotesAside,
  mistakesAside,
  pinTemplates,
  storeContents,
  type MailContent,
} from '#emails';

/** What drafts and publishing need to know about mail, lent by the library of mail. */
export const mailHelp: MailHelp = {
  checkTemplates: (texts) => mistakesAside(texts.filter((text) => text.trim() !== '')),

  footerNotes: footerNotesAside,
  allowedSenders,

  async pinMails(tx, steps) {
    const templates = await pinTemplates(
      tx,
      steps.flatMap(({ config }) => config.template_id ?? []),
    );
    const own = steps.filter(({ config }) => config.template_id === undefined);
    const stored = await storeContents(
      tx,
      own.map(({ config }): MailContent => ({
        subject: config.subject ?? '',
        preheader: config.preheader,
        html: config.html ?? '',
        text: config.text,
      })),
    );
    const pins = new Map(own.map(({ node_id }, at) => [node_id, stored[at]!]));
    for (const { node_id, config } of steps) {
      const pinned = config.template_id && templates.get(config.template_id);
      if (pinned) pins.set(node_id, pinned);
    }
    return pins;
  },
};

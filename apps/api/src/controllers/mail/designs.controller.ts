import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import {
  checkAside,
  DesignRenderer,
  emptyWords,
  MailBlocks,
  spamWords,
  TemplateError,
  type DrawnProblem,
} from '#emails';
import { LinkChecks } from '#engine';
import { AppError, Database, type Actor } from '#platform';
import { MessageView } from '#send';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class DesignsController {
  constructor(
    private readonly renderer: DesignRenderer,
    private readonly blocks: MailBlocks,
    private readonly links: LinkChecks,
    private readonly view: MessageView,
    private readonly database: Database,
  ) {}

  @Route(contracts.renderDesign)
  async render(@Input() { body }: InputOf<typeof contracts.renderDesign>) {
    const { html, generated_text, problems } = await this.renderer.draw({
      ...body,
      html: body.editor === 'unlayer' ? body.html : '',
    });
    const text = body.text || generated_text;
    const content = { subject: body.subject, preheader: body.preheader, html, text, utm: body.utm };
    const design = body.editor === 'mjml' ? body.design : undefined;
    const all = [
      ...problems,
      ...(await besidesDesign(content, body.text, body.editor === 'unlayer')),
      ...spamWords({ ...content, text: body.text, design }).map((hint) => ({ ...hint, code: 'spam_words' })),
    ];
    const bytes = Buffer.byteLength(html);
    if (!body.contact_email && !body.sample) return { html, text: text ?? '', bytes, problems: all };
    try {
      const mail = await this.view.preview(content, body.stream, body);
      return {
        html: mail.html,
        text: mail.text,
        subject: mail.subject,
        bytes: Buffer.byteLength(mail.html),
        problems: all,
      };
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      if (all.some(({ severity }) => severity === 'blocks')) return { html, text: text ?? '', bytes, problems: all };
      throw new AppError('invalid_template', `The email cannot be rendered for this contact: ${error.message}.`);
    }
  }

  @Route(contracts.importDesign)
  import(@Input() { body }: InputOf<typeof contracts.importDesign>) {
    return this.renderer.import(body.format, body.source);
  }

  @Route(contracts.checkLinks)
  async checkLinks(@Input() { body }: InputOf<typeof contracts.checkLinks>) {
    return { links: await this.links.check(body.urls) };
  }

  @Route(contracts.countEmptyWords)
  emptyWords(@Input() { body }: InputOf<typeof contracts.countEmptyWords>) {
    const { stream, smart_list_id, ...mail } = body;
    return emptyWords(this.database, mail, stream, smart_list_id);
  }

  @Route(contracts.listBlocks)
  listBlocks(@Input() { query }: InputOf<typeof contracts.listBlocks>) {
    return this.blocks.list(query);
  }

  @Route(contracts.createBlock)
  createBlock(@Input() { body }: InputOf<typeof contracts.createBlock>, @Caller() actor: Actor) {
    return this.blocks.create(actor, body.name, body.row);
  }

  @Route(contracts.changeBlock)
  changeBlock(@Input() { params, body }: InputOf<typeof contracts.changeBlock>) {
    return this.blocks.change(params.id, body.name, body.row);
  }

  @Route(contracts.removeBlock)
  async removeBlock(@Input() { params }: InputOf<typeof contracts.removeBlock>) {
    await this.blocks.remove(params.id);
    return { done: true } as const;
  }
}

/** What is wrong with the parts that a design does not hold; of an Unlayer design, with its HTML too. */
async function besidesDesign(
  content: { subject: string; preheader: string; html: string },
  ownText: string | null | undefined,
  withHtml: boolean,
): Promise<DrawnProblem[]> {
  const html = withHtml ? content.html || '-' : '-';
  const parts = { subject: content.subject || '-', preheader: content.preheader, html, text: ownText };
  return (await checkAside(parts)).map((problem) => ({
    ...problem,
    code: problem.severity === 'blocks' ? 'liquid' : 'unknown_name',
  }));
}

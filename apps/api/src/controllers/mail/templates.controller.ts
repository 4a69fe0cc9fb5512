import { Controller } from '@nestjs/common';
import { checkAside, lookAside, TemplateError, Templates, TemplateVersions } from '#emails';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { AppError, Database, type Actor } from '#platform';
import { MessageView, sendTest } from '#send';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class TemplatesController {
  constructor(
    private readonly templates: Templates,
    private readonly versions: TemplateVersions,
    private readonly view: MessageView,
    private readonly database: Database,
  ) {}

  @Route(contracts.listTemplates)
  list(@Input() { query }: InputOf<typeof contracts.listTemplates>) {
    return this.templates.list(query);
  }

  @Route(contracts.getTemplate)
  get(@Input() { params }: InputOf<typeof contracts.getTemplate>) {
    return this.templates.get(params.id);
  }

  @Route(contracts.createTemplate)
  create(@Input() { body }: InputOf<typeof contracts.createTemplate>, @Caller() actor: Actor) {
    return this.templates.create(actor, body);
  }

  @Route(contracts.changeTemplate)
  change(
    @Input() { params, body: { version, ...fields } }: InputOf<typeof contracts.changeTemplate>,
    @Caller() actor: Actor,
  ) {
    return this.templates.change(actor, params.id, fields, version);
  }

  @Route(contracts.listTemplateVersions)
  listVersions(@Input() { params, query }: InputOf<typeof contracts.listTemplateVersions>) {
    return this.versions.list(params.id, query);
  }

  @Route(contracts.getTemplateVersion)
  getVersion(@Input() { params }: InputOf<typeof contracts.getTemplateVersion>) {
    return this.versions.get(params.id, params.n);
  }

  @Route(contracts.restoreTemplate)
  restore(@Input() { params, body }: InputOf<typeof contracts.restoreTemplate>, @Caller() actor: Actor) {
    return this.templates.restore(actor, params.id, body.number, body.version);
  }

  @Route(contracts.approveTemplate)
  approve(@Input() { params, body }: InputOf<typeof contracts.approveTemplate>, @Caller() actor: Actor) {
    return this.templates.approve(actor, params.id, body.version);
  }

  @Route(contracts.listTemplateUses)
  uses(@Input() { params, query }: InputOf<typeof contracts.listTemplateUses>) {
    return this.versions.uses(params.id, query);
  }

  @Route(contracts.removeTemplate)
  async remove(@Input() { params }: InputOf<typeof contracts.removeTemplate>, @Caller() actor: Actor) {
    await this.templates.remove(actor, params.id);
    return { done: true } as const;
  }

  @Route(contracts.previewTemplate)
  async preview(@Input() { params, body }: InputOf<typeof contracts.previewTemplate>) {
    const template = await this.templates.get(params.id);
    const problems = await checkAside(template);
    const rendered = await this.rendered(() => this.view.preview(asSent(template), template.stream, body));
    return { ...rendered, problems };
  }

  @Route(contracts.previewContent)
  async previewContent(@Input() { body }: InputOf<typeof contracts.previewContent>) {
    const problems = await lookAside(body, body.stream);
    if (problems.some((problem) => problem.severity === 'blocks' && problem.line)) return { problems };
    const rendered = await this.rendered(() => this.view.preview(body, body.stream, body, body.from));
    return { ...rendered, problems };
  }

  @Route(contracts.testTemplate)
  async test(@Input() { params, body }: InputOf<typeof contracts.testTemplate>) {
    const template = await this.templates.get(params.id);
    return sendTest(this.database, this.view, asSent(template), body);
  }

  @Route(contracts.testContent)
  async testUnsaved(@Input() { body }: InputOf<typeof contracts.testContent>, @Caller() actor: Actor) {
    if (actor.kind !== 'staff') {
      throw new AppError(
        'no_recipient',
        'A test goes to the person who asks for it, and an API key has no address. Sign in and send it again.',
      );
    }
    const { contact_email, stream: _stream, from, ...content } = body;
    const blocks = (await checkAside(body)).find((problem) => problem.severity === 'blocks');
    if (blocks)
      throw new AppError('invalid_template', `The email cannot be rendered: ${blocks.message}`, { errors: [blocks] });
    const to = actor.label;
    const { message_id } = await sendTest(this.database, this.view, content, { to, contact_email }, from);
    return { message_id, to };
  }

  private async rendered<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new AppError(
        'invalid_template',
        `The email cannot be rendered for this contact: ${error.message} (line ${error.line}).`,
      );
    }
  }
}

/** What goes out: the author's own text, else the one of the design. */
const asSent = <T extends { text: string | null; generated_text: string | null }>(template: T): T => ({
  ...template,
  text: template.text ?? template.generated_text,
});

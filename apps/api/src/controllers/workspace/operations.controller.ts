import { Controller, Headers, Res } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { AppError, Config, Database } from '#platform';
import type { FastifyReply } from 'fastify';
import { openApiText } from '../../http/pages/docs.js';
import { sendPublicPage } from '../../http/pages/public-page.js';
import { Input, Route } from '../../http/routes/route.js';
import { Metrics } from '../../metrics.js';

@Controller()
export class OperationsController {
  private readonly figures: Metrics;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {
    this.figures = new Metrics(database);
  }

  @Route(contracts.healthLive)
  live() {
    return { status: 'ok' as const };
  }

  @Route(contracts.healthReady)
  async ready() {
    const answer = this.database.row<{ ready: boolean }>("select to_regclass('cortex.settings') is not null as ready");
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, 2000, undefined).unref());
    const row = await Promise.race([answer.catch(() => undefined), late]);
    if (row?.ready) return { status: 'ready' as const };
    throw new AppError('not_ready', 'The database does not answer, or is not migrated yet.');
  }

  @Route(contracts.metrics)
  async metrics(@Res() reply: FastifyReply) {
    const { contentType, text } = await this.figures.read();
    return reply.type(contentType).send(text);
  }

  @Route(contracts.problemPage)
  problem(
    @Input() { params }: InputOf<typeof contracts.problemPage>,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ) {
    const kind = contracts.problemKind(params.code);
    if (!kind) throw new AppError('not_found', 'There is no problem with this code. /docs lists all of them.');
    if (accept?.includes('text/html')) {
      const note = `Code ${params.code}, HTTP status ${kind.status}. All codes are listed at /docs.`;
      return sendPublicPage(reply, 200, { title: kind.title, text: [kind.cause, kind.remedy], note });
    }
    const type = contracts.problemType(params.code as contracts.ProblemCode);
    return reply.type('application/json; charset=utf-8').send({ code: params.code, type, ...kind });
  }

  @Route(contracts.openApiDocument)
  openApi(@Res() reply: FastifyReply) {
    return reply.type('application/json; charset=utf-8').send(openApiText(this.config.publicUrl));
  }
}

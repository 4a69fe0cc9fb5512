import { Controller, Res } from '@nestjs/common';
import * as contracts from '#contracts';
import { AppError, Config, Database } from '#platform';
import type { FastifyReply } from 'fastify';
import { openApiText } from './http/docs.js';
import { Route } from './http/route.js';
import { Metrics } from './metrics.js';

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
    throw new AppError(503, 'Not ready', 'The database does not answer, or is not migrated yet.');
  }

  @Route(contracts.metrics)
  async metrics(@Res() reply: FastifyReply) {
    const { contentType, text } = await this.figures.read();
    return reply.type(contentType).send(text);
  }

  @Route(contracts.openApiDocument)
  openApi(@Res() reply: FastifyReply) {
    return reply.type('application/json; charset=utf-8').send(openApiText(this.config.publicUrl));
  }
}

import { Controller, Res } from '@nestjs/common';
import { Everything } from '#actions';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import type { Actor } from '#platform';
import type { FastifyReply } from 'fastify';
import { sendJson } from '../../http/pages/download.js';
import { Caller, Input, Route } from '../../http/routes/route.js';

/** What a person may ask for about themselves. */
@Controller()
export class PrivacyController {
  constructor(private readonly everything: Everything) {}

  @Route(contracts.everythingAboutContact)
  async download(
    @Input() { params }: InputOf<typeof contracts.everythingAboutContact>,
    @Caller() actor: Actor,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    void sendJson(reply, `Person ${params.id}`, await this.everything.download(params.id, actor));
  }
}

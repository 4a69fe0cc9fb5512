import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { Media } from '#emails';
import type { Actor } from '#platform';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class MediaController {
  constructor(private readonly media: Media) {}

  @Route(contracts.uploadMedium)
  upload(@Input() { query, body }: InputOf<typeof contracts.uploadMedium>, @Caller() actor: Actor) {
    return this.media.add(actor, body, query);
  }

  @Route(contracts.listMedia)
  list(@Input() { query }: InputOf<typeof contracts.listMedia>) {
    return this.media.list(query);
  }

  @Route(contracts.changeMedium)
  change(@Input() { params, body }: InputOf<typeof contracts.changeMedium>) {
    return this.media.change(params.id, body);
  }

  @Route(contracts.removeMedium)
  async remove(@Input() { params }: InputOf<typeof contracts.removeMedium>) {
    await this.media.remove(params.id);
    return { done: true } as const;
  }

  /** A name is given once and its picture never changes, so whoever has it may keep it. */
  @Route(contracts.showMedium)
  async show(@Input() { params }: InputOf<typeof contracts.showMedium>, @Res() reply: FastifyReply) {
    const { content_type, data } = await this.media.show(params.name);
    void reply
      .header('content-type', content_type)
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', "default-src 'none'; sandbox")
      .header('cross-origin-resource-policy', 'cross-origin')
      .send(data);
  }
}

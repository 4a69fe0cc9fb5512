import { Controller, Req } from '@nestjs/common';
import * as contracts from '#contracts';
import { PostmarkEvents } from '#send';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Route } from '../../http/routes/route.js';

@Controller()
export class PostmarkWebhookController {
  constructor(private readonly events: PostmarkEvents) {}

  @Route(contracts.postmarkWebhook)
  async take(@Req() request: CortexRequest) {
    return { status: await this.events.take(request.body) };
  }
}

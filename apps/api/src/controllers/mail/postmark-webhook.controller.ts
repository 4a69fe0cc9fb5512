import { Controller, Req } from '@nestjs/common';
import * as contracts from '#contracts';
import { PostmarkEvents, PostmarkReplies } from '#send';
import { SourceMeter } from '#sources';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Route } from '../../http/routes/route.js';
import { noteReport } from '../../http/ingestion/source-notes.js';

@Controller()
export class PostmarkWebhookController {
  constructor(
    private readonly events: PostmarkEvents,
    private readonly replies: PostmarkReplies,
    private readonly meter: SourceMeter,
  ) {}

  @Route(contracts.postmarkWebhook)
  async take(@Req() request: CortexRequest) {
    const status = await this.events.take(request.body);
    if (status === 'new') this.meter.count('postmark', { accepted: 1 });
    return { status };
  }

  @Route(contracts.postmarkReplies)
  async reply(@Req() request: CortexRequest) {
    const status = await this.replies.take(request.body);
    if (status !== 'repeated') noteReport(this.meter, 'postmark', request, status === 'new');
    return { status };
  }
}

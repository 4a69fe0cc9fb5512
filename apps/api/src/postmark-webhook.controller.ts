import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, Req } from '@nestjs/common';
import * as contracts from '#contracts';
import { AppError, Config } from '#platform';
import { PostmarkEvents } from '#send';
import { Route, type CortexRequest } from './http/route.js';

@Controller()
export class PostmarkWebhookController {
  constructor(
    private readonly events: PostmarkEvents,
    private readonly config: Config,
  ) {}

  @Route(contracts.postmarkWebhook)
  async take(@Req() request: CortexRequest) {
    this.assertPostmark(request.headers.authorization);
    return { status: await this.events.take(request.body) };
  }

  /** Always 401: on a 403 Postmark gives up for good. Without credentials in the environment nobody gets in. */
  private assertPostmark(authorization: string | undefined): void {
    const { POSTMARK_WEBHOOK_USER: user, POSTMARK_WEBHOOK_PASSWORD: password } = this.config.env;
    const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const hash = (value: string) => createHash('sha256').update(value).digest();
    const same = timingSafeEqual(hash(authorization ?? ''), hash(wanted));
    if (user && password && same) return;
    throw new AppError(
      'wrong_webhook_credentials',
      'The webhook needs the user and password that POSTMARK_WEBHOOK_USER and POSTMARK_WEBHOOK_PASSWORD name.',
    );
  }
}

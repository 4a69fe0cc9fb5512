import { Controller } from '@nestjs/common';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { callPage, rotateWebhookSecret, WebhookCalls, webhookSecret, WebhookTests } from '#engine';
import { Config, Database, Vault, type Actor } from '#platform';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class WebhooksController {
  constructor(
    private readonly database: Database,
    private readonly calls: WebhookCalls,
    private readonly tests: WebhookTests,
    private readonly config: Config,
    private readonly vault: Vault,
  ) {}

  private get reach(): { networks: string | null; hosts: string | null } {
    const { CORTEX_WEBHOOK_NETWORKS: networks = null, CORTEX_OUTGOING_HOSTS: hosts = null } = this.config.env;
    return { networks, hosts };
  }

  @Route(contracts.getWebhookSecret)
  async secret() {
    return { ...(await webhookSecret(this.database, this.vault)), ...this.reach };
  }

  @Route(contracts.rotateWebhookSecret)
  async rotate(@Caller() actor: Actor) {
    return { ...(await rotateWebhookSecret(this.database, this.vault, actor)), ...this.reach };
  }

  @Route(contracts.listWebhookCalls)
  list(@Input() { query }: InputOf<typeof contracts.listWebhookCalls>) {
    return callPage(this.database, query);
  }

  @Route(contracts.replayWebhookCall)
  async replay(@Input() { params }: InputOf<typeof contracts.replayWebhookCall>, @Caller() actor: Actor) {
    await this.calls.replay(actor, params.id);
    return { done: true } as const;
  }

  @Route(contracts.previewWebhook)
  preview(@Input() { params, body }: InputOf<typeof contracts.previewWebhook>) {
    return this.tests.preview(params.id, { node_id: body.node_id, ...body.config }, body.contact_email);
  }

  @Route(contracts.testWebhook)
  test(@Input() { params, body }: InputOf<typeof contracts.testWebhook>, @Caller() actor: Actor) {
    const { url, ...step } = body.config;
    return this.tests.send(actor, params.id, url, { node_id: body.node_id, ...step }, body.contact_email);
  }
}

import { Controller, Req } from '@nestjs/common';
import * as contracts from '#contracts';
import { OrderSync, ShopifyReports, StripeReports } from '#orders';
import type { Actor } from '#platform';
import { SourceMeter } from '#sources';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Caller, Route } from '../../http/routes/route.js';
import { noteReport } from '../../http/ingestion/source-notes.js';

@Controller()
export class OrdersController {
  constructor(
    private readonly orders: OrderSync,
    private readonly stripe: StripeReports,
    private readonly shopify: ShopifyReports,
    private readonly meter: SourceMeter,
  ) {}

  @Route(contracts.listOrderSources)
  async sources() {
    return { items: await this.orders.states(), next_cursor: null };
  }

  @Route(contracts.syncOrders)
  async sync(@Caller() actor: Actor) {
    await this.orders.ask(actor);
    return { items: await this.orders.states(), next_cursor: null };
  }

  @Route(contracts.stripeWebhook)
  async report(@Req() request: CortexRequest) {
    const status = await this.stripe.take(request.body);
    noteReport(this.meter, 'stripe', request, status === 'taken');
    return { status };
  }

  @Route(contracts.shopifyWebhook)
  async shopifyReport(@Req() request: CortexRequest) {
    const status = await this.shopify.take(request.headers['x-shopify-topic'], request.body);
    noteReport(this.meter, 'shopify', request, status === 'taken');
    return { status };
  }
}

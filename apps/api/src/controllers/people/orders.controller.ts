import { Controller, Req } from '@nestjs/common';
import * as contracts from '#contracts';
import { OrderSync, StripeReports } from '#orders';
import type { Actor } from '#platform';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Caller, Route } from '../../http/routes/route.js';

@Controller()
export class OrdersController {
  constructor(
    private readonly orders: OrderSync,
    private readonly stripe: StripeReports,
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
    return { status: await this.stripe.take(request.body) };
  }
}

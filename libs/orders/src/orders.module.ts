import { Module } from '@nestjs/common';
import { Config, internet } from '#platform';
import { OrderSync } from './order-sync.js';
import { ShopifyReports } from './shopify/shopify-reports.js';
import { ShopOrders } from './shop/shop-orders.js';
import { ORDER_SOURCES, type OrderSource } from './source.js';
import { StripeReports } from './stripe/stripe-reports.js';
import { stripeClient } from './stripe/stripe-client.js';
import { StripeOrders } from './stripe/stripe-orders.js';
import { StripeRefunds } from './stripe/stripe-refunds.js';

const sources = {
  provide: ORDER_SOURCES,
  inject: [Config],
  useFactory: (config: Config): OrderSource[] => {
    const { env } = config;
    const stripe = stripeClient(env);
    return [
      ...(stripe ? [new StripeOrders(stripe)] : []),
      ...(env.ORDERS_URL ? [new ShopOrders({ url: env.ORDERS_URL, token: env.ORDERS_TOKEN }, internet(config))] : []),
    ];
  },
};

const parts = [OrderSync, ShopifyReports, StripeRefunds, StripeReports];

/** Orders that are fetched from elsewhere. Nothing runs until the worker binds `OrderJobs`. */
@Module({ providers: [sources, ...parts], exports: parts })
export class OrdersModule {}

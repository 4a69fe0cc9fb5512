import { Module } from '@nestjs/common';
import { Config, Database, internet } from '#platform';
import { OrderSync } from './order-sync.js';
import { ShopifyOrders } from './shopify/shopify-admin.js';
import { ShopifyReports } from './shopify/shopify-reports.js';
import { ShopOrders } from './shop/shop-orders.js';
import { ORDER_SOURCES, type OrderSource } from './source.js';
import { StripeReports } from './stripe/stripe-reports.js';
import { stripeClient } from './stripe/stripe-client.js';
import { StripeOrders } from './stripe/stripe-orders.js';
import { StripeRefunds } from './stripe/stripe-refunds.js';

const sources = {
  provide: ORDER_SOURCES,
  inject: [Config, Database],
  useFactory: (config: Config, database: Database): OrderSource[] => {
    const { env } = config;
    const stripe = stripeClient(env);
    const { SHOPIFY_URL: shopify, SHOPIFY_ADMIN_TOKEN: token } = env;
    return [
      ...(stripe ? [new StripeOrders(stripe)] : []),
      ...(shopify && token ? [new ShopifyOrders({ url: shopify, token }, internet(config), database)] : []),
      ...(env.ORDERS_URL ? [new ShopOrders({ url: env.ORDERS_URL, token: env.ORDERS_TOKEN }, internet(config))] : []),
    ];
  },
};

const parts = [OrderSync, ShopifyReports, StripeRefunds, StripeReports];

/** Orders that are fetched from elsewhere. Nothing runs until the worker binds `OrderJobs`. */
@Module({ providers: [sources, ...parts], exports: parts })
export class OrdersModule {}

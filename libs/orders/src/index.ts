export { fetchOrders, OrderJobs } from './order-jobs.js';
export { OrderSync } from './order-sync.js';
export { OrdersModule } from './orders.module.js';
export { closeRefundedOpen } from './refunded-open.js';
export { SourceError, type OrderSource } from './source.js';
export { StripeRefunds } from './stripe/stripe-refunds.js';
export { StripeReports } from './stripe/stripe-reports.js';
export { ShopifyReports } from './shopify/shopify-reports.js';

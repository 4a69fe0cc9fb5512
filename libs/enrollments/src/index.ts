export * from './bring-in.js';
export * from './courses.js';
export * from './enrollments.module.js';
export { homesOf, turnsOf, type Home } from './known-people.js';
export * from './leads.js';
export * from './order-of-enrollment.js';
export * from './orders.js';
export * from './profiles.js';
export * from './shop.js';

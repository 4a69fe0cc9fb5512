export * from './bans.js';
export * from './courses.js';
export * from './customer-sign-in.js';
export * from './customers.module.js';
export * from './outside-sign-in.js';
export * from './password-links.js';
export * from './password-mails.js';
export { passwordMails } from './password-words.js';

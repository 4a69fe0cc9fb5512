export * from './content.js';
export { escapeHtml, TemplateError } from './liquid.js';
export * from './link-tokens.js';
export * from './queue-mail.js';
export * from './render.js';
export * from './suppressions.js';

export * from './address.js';
export * from './consent.js';
export * from './people.js';
export * from './facts.queries.js';

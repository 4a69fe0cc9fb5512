export * from './address.js';
export * from './consent.js';
export * from './people.js';

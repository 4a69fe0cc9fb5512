export * from './address.js';
export * from './people.js';

export * from './better.js';
export * from './intervals.js';
export * from './sequential.js';

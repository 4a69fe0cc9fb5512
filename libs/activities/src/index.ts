export * from './append.js';

/** Deciding rules in memory. A second entry of the library, so that json-rules-engine stays out of the browser. */
export { Decider, type Proof } from './decider.js';
export { compileFilter, compileWhereFilter } from './filter.js';
export type { WhereFacts } from './seen.js';
export { nextClockChange } from './next-clock-change.js';

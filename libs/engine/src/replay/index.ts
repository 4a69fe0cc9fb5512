export {
  BacktestLoop,
  Backtests,
  drawn,
  type BacktestRow,
  type BacktestStatus,
  type BacktestWish,
} from './backtests.js';
export { replay, type ReplayOptions } from './replay.js';
export type { BacktestResult, Sample } from './tally.js';
export { simulate, type SamplePerson, type Simulation, type SimulationWish } from './simulate.js';

export { Storyboards } from './storyboards.js';
export {
  BacktestLoop,
  Backtests,
  drawn,
  type BacktestRow,
  type BacktestStatus,
  type BacktestWish,
} from './backtests.js';
export { QuickBacktests, type QuickBacktest, type QuickWish } from './quick-backtests.js';
export { replay, type ReplayOptions } from './replay.js';
export { emptyResult, type BacktestResult, type Sample } from './tally.js';
export { simulate, type SamplePerson, type Simulation, type SimulationWish } from './simulate.js';

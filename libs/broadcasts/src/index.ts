export { BEFORE_ALL } from './before-all.js';
export { colleagueContact, colleagueKey, receivingColleagues } from './colleagues.js';
export {
  audienceSql,
  fixAudience,
  funnelOf,
  judgedSql,
  JUDGING,
  judgingValues,
  type FixedAudience,
} from './audience.js';
export { broadcastById, judgingOf } from './broadcast.queries.js';
export { Broadcasts, COUNT_PATIENCE } from './broadcasts.js';
export { audienceOf, readyContents } from './readiness.js';
export { BroadcastLifecycle } from './lifecycle.js';
export { BroadcastLoop } from './broadcast-loop.js';
export { BroadcastsModule } from './broadcasts.module.js';
export { noteClick, noteMachineOpen, takeBackClicks } from './report/record.js';
export { BroadcastReports } from './report/reports.js';
export { countAnswers, reopen, type Answered } from './settle.js';

export { BEFORE_ALL } from './audience/before-all.js';
export { colleagueContact, colleagueKey, receivingColleagues } from './audience/colleagues.js';
export {
  audienceSql,
  fixAudience,
  funnelOf,
  judgedSql,
  JUDGING,
  judgingValues,
  type FixedAudience,
} from './audience/audience.js';
export { broadcastById, judgingOf } from './broadcast/broadcast.queries.js';
export { Broadcasts, COUNT_PATIENCE } from './drafts/broadcasts.js';
export { audienceOf, readyContents } from './drafts/readiness.js';
export { BroadcastLifecycle } from './sending/lifecycle.js';
export { BroadcastLoop } from './sending/broadcast-loop.js';
export { BroadcastsModule } from './broadcasts.module.js';
export { noteClick, noteMachineOpen, takeBackClicks } from './report/record.js';
export { BroadcastReports } from './report/reports.js';
export { countAnswers, reopen, type Answered } from './sending/settle.js';

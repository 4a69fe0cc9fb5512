export { countPeople, PATIENCE } from './count.js';
export { SmartListsModule } from './smart-lists.module.js';
export { listSql, SmartLists } from './smart-lists.js';
export { RuleQuestions } from './questions.js';
export { ListMembers } from './members.js';
export { enterListGate, KeptLists } from './kept-lists.js';
export { keepMembership, type Happened } from './look-again.js';
export { Membership } from './membership.js';
export { compareLists, countLists, ListJobs, sweepLists } from './list-jobs.js';

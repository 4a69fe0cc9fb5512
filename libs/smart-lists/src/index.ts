export { countPeople, PATIENCE } from './count.js';
export { SmartListsModule } from './smart-lists.module.js';
export { listSql, SmartLists } from './smart-lists.js';
export { RuleQuestions } from './questions.js';
export { ListMembers } from './members.js';

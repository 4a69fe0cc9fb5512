export { ActionJobs, goOnWithActions } from './action-jobs.js';
export { ActionsModule } from './actions.module.js';
export { ContactActions } from './contact-actions.js';
export { Everything } from './everything.js';
export { makeSystemMails } from './system-mails.js';

export * from './address.js';
export * from './consent.js';
export * from './topic-choices.js';
export * from './people.js';
export * from './facts.queries.js';
export * from './contact.js';
export {
  contactById,
  contactPage,
  personIdsOf,
  shownPerson,
  type ContactPage,
  type ContactQuery,
} from './contacts.queries.js';
export { Contacts } from './contacts.js';
export { Duplicates } from './duplicates.js';
export { Notes } from './notes.js';
export { DirectoryViews } from './views.js';
export { DirectoryModule } from './directory.module.js';
export { editContact, writeAs } from './edit-contact.js';
export { compareDirectory, DirectoryRepair, repairDirectory } from './directory-repair.js';
export { correctZones, TimeZones } from './time-zones.js';
export { noteSubscribers, SubscriberDays, subscribersByDay } from './subscriber-days.js';
export { countSubscribers, type Subscribers } from './subscribers.queries.js';

export * from './identity/address.js';
export * from './consent/consent.js';
export * from './consent/topic-choices.js';
export * from './identity/people.js';
export * from './facts/facts.queries.js';
export { isRecounting, paidBy, type Paid } from './facts/paid.js';
export * from './search/contact.js';
export {
  contactById,
  contactPage,
  personIdsOf,
  shownPerson,
  type ContactPage,
  type ContactQuery,
} from './search/contacts.queries.js';
export { Contacts } from './contacts/contacts.js';
export { Duplicates } from './duplicates/duplicates.js';
export { Notes } from './contacts/notes.js';
export { DirectoryViews } from './contacts/views.js';
export { DirectoryModule } from './directory.module.js';
export { editContact, writeAs } from './contacts/edit-contact.js';
export { compareDirectory, DirectoryRepair, repairDirectory } from './sync/directory-repair.js';
export { Recounts } from './sync/recounts.js';
export { correctZones, TimeZones } from './facts/time-zones.js';
export { noteSubscribers, SubscriberDays, subscribersByDay } from './subscribers/subscriber-days.js';
export { countSubscribers, type Subscribers } from './subscribers/subscribers.queries.js';
export { orderCurrency, paidSum } from './sql/paid-sum.js';

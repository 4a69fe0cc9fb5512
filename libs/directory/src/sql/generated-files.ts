import { activitiesFromLeads, activitiesFromProfiles } from './activities.js';
import { listMembership } from './list-membership.js';
import { directoryNotes } from './notes.js';
import { directoryRefresh } from './refresh.js';
import { directoryComparison, directoryView } from './view.js';

/** What `npm run gen` writes from this lib, the SQL that names a person's columns: paths from the root of the project, and texts. */
export const generatedFiles = (): Record<string, string> => ({
  'migrations/repeatable/10_view_directory_contacts.sql': directoryView(),
  'migrations/repeatable/30_directory_notes_of_people.sql': directoryNotes(),
  'migrations/repeatable/30_directory_refresh.sql': directoryRefresh(),
  'migrations/repeatable/31_activities_from_purchase_leads.sql': activitiesFromLeads(),
  'migrations/repeatable/31_activities_from_unified_profiles.sql': activitiesFromProfiles(),
  'migrations/repeatable/33_directory_comparison.sql': directoryComparison(),
  'migrations/repeatable/36_list_membership_of_people.sql': listMembership(),
});

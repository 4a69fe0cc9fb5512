import { Module } from '@nestjs/common';
import { DirectoryModule } from '#directory';
import { BulkChanges } from './members/bulk.js';
import { ListJobs } from './upkeep/list-jobs.js';
import { MemberFiles } from './members/member-files.js';
import { ListMembers } from './members/members.js';
import { Membership } from './upkeep/membership.js';
import { RuleQuestions } from './questions/rule-questions.js';
import { SmartLists } from './lists/smart-lists.js';

@Module({
  imports: [DirectoryModule],
  providers: [SmartLists, RuleQuestions, ListMembers, BulkChanges, MemberFiles, Membership, ListJobs],
  exports: [SmartLists, RuleQuestions, ListMembers, BulkChanges, MemberFiles, Membership, ListJobs],
})
export class SmartListsModule {}

import { Module } from '@nestjs/common';
import { DirectoryModule } from '#directory';
import { BulkChanges } from './bulk.js';
import { ListJobs } from './list-jobs.js';
import { MemberFiles } from './member-files.js';
import { ListMembers } from './members.js';
import { Membership } from './membership.js';
import { RuleQuestions } from './rule-questions.js';
import { SmartLists } from './smart-lists.js';

@Module({
  imports: [DirectoryModule],
  providers: [SmartLists, RuleQuestions, ListMembers, BulkChanges, MemberFiles, Membership, ListJobs],
  exports: [SmartLists, RuleQuestions, ListMembers, BulkChanges, MemberFiles, Membership, ListJobs],
})
export class SmartListsModule {}

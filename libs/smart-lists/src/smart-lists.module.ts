import { Module } from '@nestjs/common';
import { DirectoryModule } from '#directory';
import { ListMembers } from './members.js';
import { RuleQuestions } from './questions.js';
import { SmartLists } from './smart-lists.js';

@Module({
  imports: [DirectoryModule],
  providers: [SmartLists, RuleQuestions, ListMembers],
  exports: [SmartLists, RuleQuestions, ListMembers],
})
export class SmartListsModule {}

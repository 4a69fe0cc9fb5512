import { Module } from '@nestjs/common';
import { Contacts } from './contacts.js';
import { DirectoryRepair } from './directory-repair.js';

@Module({ providers: [Contacts, DirectoryRepair], exports: [Contacts, DirectoryRepair] })
export class DirectoryModule {}

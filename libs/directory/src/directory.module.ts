import { Module } from '@nestjs/common';
import { Contacts } from './contacts.js';
import { DirectoryKeeper } from './keeper.js';

@Module({ providers: [Contacts, DirectoryKeeper], exports: [Contacts, DirectoryKeeper] })
export class DirectoryModule {}

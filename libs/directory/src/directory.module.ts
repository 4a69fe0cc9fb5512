import { Module } from '@nestjs/common';
import { Contacts } from './contacts.js';
import { DirectoryRepair } from './directory-repair.js';
import { TimeZones } from './time-zones.js';

@Module({ providers: [Contacts, DirectoryRepair, TimeZones], exports: [Contacts, DirectoryRepair, TimeZones] })
export class DirectoryModule {}

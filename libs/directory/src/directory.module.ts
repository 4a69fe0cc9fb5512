import { Module } from '@nestjs/common';
import { Contacts } from './contacts.js';
import { DirectoryRepair } from './directory-repair.js';
import { SubscriberDays } from './subscriber-days.js';
import { TimeZones } from './time-zones.js';

@Module({
  providers: [Contacts, DirectoryRepair, SubscriberDays, TimeZones],
  exports: [Contacts, DirectoryRepair, SubscriberDays, TimeZones],
})
export class DirectoryModule {}

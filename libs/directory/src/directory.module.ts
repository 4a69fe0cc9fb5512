import { Module } from '@nestjs/common';
import { Contacts } from './contacts.js';
import { DirectoryRepair } from './directory-repair.js';
import { Duplicates } from './duplicates.js';
import { Notes } from './notes.js';
import { SubscriberDays } from './subscriber-days.js';
import { TimeZones } from './time-zones.js';
import { DirectoryViews } from './views.js';

const providers = [Contacts, DirectoryRepair, DirectoryViews, Duplicates, Notes, SubscriberDays, TimeZones];

@Module({ providers, exports: providers })
export class DirectoryModule {}

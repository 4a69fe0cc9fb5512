import { Module } from '@nestjs/common';
import { Contacts } from './contacts/contacts.js';
import { DirectoryRepair } from './sync/directory-repair.js';
import { Duplicates } from './duplicates/duplicates.js';
import { Notes } from './contacts/notes.js';
import { SubscriberDays } from './subscribers/subscriber-days.js';
import { TimeZones } from './facts/time-zones.js';
import { DirectoryViews } from './contacts/views.js';

const providers = [Contacts, DirectoryRepair, DirectoryViews, Duplicates, Notes, SubscriberDays, TimeZones];

@Module({ providers, exports: providers })
export class DirectoryModule {}

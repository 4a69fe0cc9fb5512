import { Module } from '@nestjs/common';
import { ActivityLog } from './activity-log.js';
import { Ingestion } from './ingestion.js';

@Module({ providers: [ActivityLog, Ingestion], exports: [ActivityLog, Ingestion] })
export class ActivitiesModule {}

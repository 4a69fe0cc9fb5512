import { Module } from '@nestjs/common';
import { ActivityLog } from './activity-log.js';
import { Ingestion } from './ingestion.js';
import { VisitLimits } from './visit-limits.js';
import { Visits } from './visits.js';

const providers = [ActivityLog, Ingestion, VisitLimits, Visits];

@Module({ providers, exports: providers })
export class ActivitiesModule {}

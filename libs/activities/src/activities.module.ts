import { Module } from '@nestjs/common';
import { ActivityLog } from './activity-log.js';
import { ActivityTail } from './activity-tail.js';
import { Ingestion } from './ingestion.js';
import { TypeLabels } from './type-labels.js';
import { VisitLimits } from './visit-limits.js';
import { Visits } from './visits.js';

const providers = [ActivityLog, ActivityTail, Ingestion, TypeLabels, VisitLimits, Visits];

@Module({ providers, exports: providers })
export class ActivitiesModule {}

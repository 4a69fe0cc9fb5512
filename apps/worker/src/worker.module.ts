import { Module, type DynamicModule, type ModuleMetadata, type Type } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AuditSeals } from '#access';
import { ActionJobs, ActionsModule } from '#actions';
import { BroadcastLoop, BroadcastsModule } from '#broadcasts';
import { DirectoryModule, DirectoryRepair, Recounts, SubscriberDays, TimeZones } from '#directory';
import { EmailsModule, MediaJobs, TemplateRedraw } from '#emails';
import {
  BacktestLoop,
  Counters,
  EngineModule,
  EntryJobs,
  Experiments,
  ScheduledEntries,
  MatchLoop,
  Monitors,
  WakeLoop,
  WebhookJobs,
} from '#engine';
import { OrderJobs, OrdersModule } from '#orders';
import { PlatformModule, type Loop, type PlatformParts } from '#platform';
import { QueueModule, type JobHandlers, type Queue } from '#queue';
import { LostReports, Rehearsals, Removals, SendLoop, SendModule, SignUps, SuppressionMirror } from '#send';
import { ListJobs, Membership, SmartListsModule } from '#smart-lists';
import { SteppedJobs, TransfersModule } from '#transfers';
import { Forgetting, WorkspaceModule } from '#workspace';
import { Housekeeping } from './housekeeping.js';
import { Schedules } from './schedules.js';
import { TableCleaning } from './table-cleaning.js';
import { JOB_HANDLERS, LOOPS, WorkerLife } from './worker-life.js';

export interface WorkerParts extends PlatformParts {
  /** Started and stopped by the worker. */
  queue: Queue;
}

/** The libraries whose loops and jobs run here: one line each. */
const libraries: NonNullable<ModuleMetadata['imports']> = [
  ActionsModule,
  BroadcastsModule,
  DirectoryModule,
  EmailsModule,
  EngineModule,
  OrdersModule,
  SendModule,
  SmartListsModule,
  TransfersModule,
  WorkspaceModule,
];

/** What runs by itself: classes of the libraries above that are a `Loop`. */
const loops: Type<Loop>[] = [
  MatchLoop,
  WakeLoop,
  BroadcastLoop,
  SendLoop,
  Rehearsals,
  Membership,
  BacktestLoop,
  WebhookJobs,
  TableCleaning,
  TemplateRedraw,
  TimeZones,
  OrderJobs,
  Recounts,
  SteppedJobs,
  EntryJobs,
];

/** Who handles the jobs: classes that are `JobHandlers`. A defined job that none of them binds stops the start. */
const jobHandlers: Type<JobHandlers>[] = [
  Housekeeping,
  Forgetting,
  SubscriberDays,
  ActionJobs,
  AuditSeals,
  DirectoryRepair,
  Monitors,
  ScheduledEntries,
  Counters,
  Experiments,
  ListJobs,
  LostReports,
  SignUps,
  SuppressionMirror,
  Removals,
  MediaJobs,
  WebhookJobs,
  OrderJobs,
];

@Module({})
export class WorkerModule {
  static forRoot(parts: WorkerParts): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        PlatformModule.forRoot(parts),
        QueueModule.forRoot(parts.queue),
        ScheduleModule.forRoot(),
        ...libraries,
      ],
      providers: [
        AuditSeals,
        Housekeeping,
        OrderJobs,
        Recounts,
        Schedules,
        TableCleaning,
        WebhookJobs,
        { provide: LOOPS, useFactory: (...made: Loop[]) => made, inject: loops },
        { provide: JOB_HANDLERS, useFactory: (...made: JobHandlers[]) => made, inject: jobHandlers },
        WorkerLife,
      ],
    };
  }
}

import { Module } from '@nestjs/common';
import { EmailsModule } from '#emails';
import { BroadcastLoop } from './sending/broadcast-loop.js';
import { Broadcasts } from './drafts/broadcasts.js';
import { BroadcastLifecycle } from './sending/lifecycle.js';
import { BroadcastReports } from './report/reports.js';

const parts = [Broadcasts, BroadcastLifecycle, BroadcastLoop, BroadcastReports];

/** Broadcasts. Nothing runs until the worker starts `BroadcastLoop`. */
@Module({ imports: [EmailsModule], providers: parts, exports: parts })
export class BroadcastsModule {}

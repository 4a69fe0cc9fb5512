import { Module } from '@nestjs/common';
import { EmailsModule } from '#emails';
import { BroadcastLoop } from './broadcast-loop.js';
import { Broadcasts } from './broadcasts.js';
import { BroadcastLifecycle } from './lifecycle.js';

const parts = [Broadcasts, BroadcastLifecycle, BroadcastLoop];

/** Broadcasts. Nothing runs until the worker starts `BroadcastLoop`. */
@Module({ imports: [EmailsModule], providers: parts, exports: parts })
export class BroadcastsModule {}

import { Module } from '@nestjs/common';
import { ActivitiesModule } from '#activities';
import { Inbound } from './inbound/inbound.js';
import { InboundSources } from './inbound/inbound-sources.js';
import { SourceMeter } from './source-meter.js';
import { Sources } from './sources.js';

const providers = [Inbound, InboundSources, SourceMeter, Sources];

/** What comes in by key and webhook. */
@Module({ imports: [ActivitiesModule], providers, exports: providers })
export class SourcesModule {}

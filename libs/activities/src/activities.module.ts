import { Module } from '@nestjs/common';
import { Ingestion } from './ingestion.js';

@Module({ providers: [Ingestion], exports: [Ingestion] })
export class ActivitiesModule {}

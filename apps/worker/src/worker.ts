import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { WorkerModule, type WorkerParts } from './worker.module.js';

/** The worker as a Nest application that runs from here on; `close()` lets what is in hand finish. */
export async function createWorker(parts: WorkerParts): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(WorkerModule.forRoot(parts), { logger: false, abortOnError: false });
}

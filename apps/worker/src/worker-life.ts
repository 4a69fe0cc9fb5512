import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { LOG, type Log, type Loop } from '#platform';
import { Queue, type JobHandlers } from '#queue';

export const LOOPS = Symbol('LOOPS');
export const JOB_HANDLERS = Symbol('JOB_HANDLERS');

/** Starts everything that works by itself, once all of it can, and brings it to a quiet end. */
@Injectable()
export class WorkerLife implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(LOOPS) private readonly loops: Loop[],
    @Inject(JOB_HANDLERS) private readonly handlers: JobHandlers[],
    private readonly queue: Queue,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const handler of this.handlers) await handler.bind(this.queue);
    const forgotten = this.queue.unhandled();
    if (forgotten.length > 0) {
      throw new Error(`Nothing handles ${forgotten.join(', ')}. Add the handler to apps/worker/src/worker.module.ts.`);
    }
    await this.queue.start();
    for (const loop of this.loops) loop.start();
    this.log.info({ loops: this.loops.map((loop) => loop.name) }, 'the worker runs');
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.loops.map((loop) => loop.stop()), this.queue.stop()]);
  }
}

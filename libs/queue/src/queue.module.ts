import { Module, type DynamicModule } from '@nestjs/common';
import { Queue } from './queue.js';

/** Gives every module the process's one queue. Whoever made it starts and stops it. */
@Module({})
export class QueueModule {
  static forRoot(queue: Queue): DynamicModule {
    const providers = [{ provide: Queue, useValue: queue }];
    return { module: QueueModule, global: true, providers, exports: providers };
  }
}

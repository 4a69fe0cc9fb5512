import { Module, type DynamicModule } from '@nestjs/common';
import { Clock, SystemClock } from './running/clock.js';
import { Config } from './config/config.js';
import { Database } from './db/tx.js';
import { LOG, type Log } from './log/log.js';
import { PassingTroubles } from './attention/passing-troubles.js';
import { Vault } from './secrets/vault.js';

export interface PlatformParts {
  config: Config;
  database: Database;
  log: Log;
  clock?: Clock;
}

/** Gives every module what each process has once: config, database, vault, log and clock. */
@Module({})
export class PlatformModule {
  static forRoot(parts: PlatformParts): DynamicModule {
    const providers = [
      { provide: Config, useValue: parts.config },
      { provide: Database, useValue: parts.database },
      { provide: LOG, useValue: parts.log },
      { provide: Vault, useValue: new Vault(parts.database, parts.config) },
      { provide: Clock, useValue: parts.clock ?? new SystemClock() },
    ];
    return { module: PlatformModule, global: true, providers: [...providers, PassingTroubles], exports: providers };
  }
}

import { Module } from '@nestjs/common';
import { Config, Database, LOG, type Log } from '#platform';
import { ApiKeys } from './api-keys.js';
import { Attention } from './attention.js';
import { Audit } from './audit.js';
import { DemoData } from './demo-data.js';
import { readSecret } from './secret.js';
import { Settings } from './settings.js';
import { Staff } from './staff.js';
import { StaffSignIn } from './staff-sign-in.js';

const providers = [
  ApiKeys,
  Attention,
  Audit,
  DemoData,
  Settings,
  Staff,
  {
    provide: StaffSignIn,
    inject: [Database, Config, LOG],
    useFactory: async (database: Database, config: Config, log: Log) =>
      new StaffSignIn(database, config, await readSecret(database, config), log),
  },
];

/** Who may come in, what they may do, and what they did. */
@Module({ providers, exports: providers })
export class AccessModule {}

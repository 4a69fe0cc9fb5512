import { Module } from '@nestjs/common';
import { Config, Database, LOG, readSecret, Vault, type Log } from '#platform';
import { ApiKeys } from './api-keys.js';
import { Attention } from './attention.js';
import { Audit } from './audit.js';
import { DemoData } from './demo-data.js';
import { PasswordResets } from './password-resets.js';
import { Refusals } from './refusals.js';
import { SecondFactors } from './second-factors.js';
import { Settings } from './settings.js';
import { Staff } from './staff.js';
import { StaffSessions } from './staff-sessions.js';
import { StaffSignIn } from './staff-sign-in.js';

const providers = [
  ApiKeys,
  Attention,
  Audit,
  DemoData,
  Settings,
  Staff,
  StaffSessions,
  {
    provide: Refusals,
    inject: [Database, LOG],
    useFactory: (database: Database, log: Log) => new Refusals(database, log),
  },
  {
    provide: SecondFactors,
    inject: [Database, Vault],
    useFactory: (database: Database, vault: Vault) => new SecondFactors(database, vault),
  },
  {
    provide: PasswordResets,
    inject: [Database, Config],
    useFactory: async (database: Database, config: Config) =>
      new PasswordResets(database, config, await readSecret(database, config)),
  },
  {
    provide: StaffSignIn,
    inject: [Database, Config, LOG, SecondFactors],
    useFactory: async (database: Database, config: Config, log: Log, secondFactors: SecondFactors) =>
      new StaffSignIn(database, config, await readSecret(database, config), log, secondFactors),
  },
];

/** Who may come in, what they may do, and what they did. */
@Module({ providers, exports: providers })
export class AccessModule {}

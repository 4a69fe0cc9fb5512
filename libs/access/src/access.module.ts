import { Module } from '@nestjs/common';
import { Config, Database, LOG, readSecret, Vault, type Log } from '#platform';
import { ApiKeys } from './accounts/api-keys.js';
import { WriteKeys } from './accounts/write-keys.js';
import { Audit } from './audit/audit.js';
import { Passkeys } from './passkeys/passkeys.js';
import { PasswordResets } from './sign-in/password-resets.js';
import { Refusals } from './audit/refusals.js';
import { SecondFactors } from './second-factors/second-factors.js';
import { Staff } from './accounts/staff.js';
import { StaffSessions } from './sign-in/staff-sessions.js';
import { StaffSignIn } from './sign-in/staff-sign-in.js';

const providers = [
  ApiKeys,
  WriteKeys,
  Audit,
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
    provide: Passkeys,
    inject: [Database, Config],
    useFactory: async (database: Database, config: Config) =>
      new Passkeys(database, await readSecret(database, config)),
  },
  {
    provide: PasswordResets,
    inject: [Database, Config],
    useFactory: async (database: Database, config: Config) =>
      new PasswordResets(database, config, await readSecret(database, config)),
  },
  {
    provide: StaffSignIn,
    inject: [Database, Config, LOG, SecondFactors, Passkeys],
    useFactory: async (database: Database, config: Config, log: Log, ...ways: [SecondFactors, Passkeys]) =>
      new StaffSignIn(database, config, await readSecret(database, config), log, ...ways),
  },
];

/** Who may come in, what they may do, and what they did. */
@Module({ providers, exports: providers })
export class AccessModule {}

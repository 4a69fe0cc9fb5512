import { Module } from '@nestjs/common';
import { EmailsModule } from '#emails';
import { Config, Database, LOG, readSecret, type Log } from '#platform';
import { CustomerSignIn } from './customer-sign-in.js';
import { OUTSIDE_SIGN_IN, type OutsideSignIn } from './outside-sign-in.js';
import { PasswordLinks } from './password-links.js';
import { PasswordMails } from './password-mails.js';
import { SupabaseAuth } from './supabase.js';

const providers = [
  {
    provide: CustomerSignIn,
    inject: [Database, Config, LOG],
    useFactory: async (database: Database, config: Config, log: Log) =>
      new CustomerSignIn(database, config, await readSecret(database, config), log),
  },
  {
    provide: PasswordLinks,
    inject: [Database, Config],
    useFactory: async (database: Database, config: Config) =>
      new PasswordLinks(database, await readSecret(database, config)),
  },
  PasswordMails,
  {
    provide: OUTSIDE_SIGN_IN,
    inject: [Config],
    useFactory: ({ env: { SUPABASE_URL: url, SUPABASE_SERVICE_KEY: key } }: Config): OutsideSignIn | null =>
      url && key ? new SupabaseAuth(url, key) : null,
  },
];

/** How customers come to their courses, and how that ends. */
@Module({ imports: [EmailsModule], providers, exports: providers })
export class CustomersModule {}

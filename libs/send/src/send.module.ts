import { Module } from '@nestjs/common';
import { EmailsModule, LinkTokens } from '#emails';
import { Config, Database, LOG, newId, type Log } from '#platform';
import { MessageView } from './message-view.js';
import { PostmarkEvents } from './postmark-events.js';
import { PostmarkGateway } from './postmark.client.js';
import { Sender } from './sender.js';
import { EmergencyStop } from './emergency-stop.js';
import { SendLoop } from './send-loop.js';
import { Subscriptions } from './subscriptions.js';

const GATEWAY = Symbol('GATEWAY');

const provided = [Sender, SendLoop, EmergencyStop, MessageView, PostmarkEvents, Subscriptions];

/** Everything about mail on its way out and what comes back. Nothing runs until the worker starts `SendLoop`. */
@Module({
  imports: [EmailsModule],
  providers: [
    {
      provide: GATEWAY,
      inject: [Config],
      useFactory: ({ env }: Config) =>
        env.POSTMARK_SERVER_TOKEN
          ? new PostmarkGateway({
              token: env.POSTMARK_SERVER_TOKEN,
              url: env.POSTMARK_API_URL,
              timeoutSeconds: env.POSTMARK_TIMEOUT_SECONDS,
            })
          : null,
    },
    {
      provide: Sender,
      inject: [Database, Config, LOG, LinkTokens, GATEWAY],
      useFactory: (database: Database, config: Config, log: Log, tokens: LinkTokens, gateway: PostmarkGateway | null) =>
        new Sender({ database, config, log, tokens, gateway: gateway ?? undefined, claimer: newId() }),
    },
    {
      provide: SendLoop,
      inject: [Database, Config, LOG, Sender, GATEWAY],
      useFactory: (database: Database, config: Config, log: Log, sender: Sender, gateway: PostmarkGateway | null) =>
        new SendLoop({ database, config, log, sender, gateway: gateway ?? undefined }),
    },
    {
      provide: EmergencyStop,
      inject: [Database, Config],
      useFactory: (database: Database, config: Config) => new EmergencyStop(database, config),
    },
    {
      provide: MessageView,
      inject: [Database, Config, LinkTokens],
      useFactory: (database: Database, config: Config, tokens: LinkTokens) => new MessageView(database, config, tokens),
    },
    {
      provide: PostmarkEvents,
      inject: [Database, Config],
      useFactory: (database: Database, config: Config) => new PostmarkEvents(database, config),
    },
    {
      provide: Subscriptions,
      inject: [Database, LinkTokens],
      useFactory: (database: Database, tokens: LinkTokens) => new Subscriptions(database, tokens),
    },
  ],
  exports: provided,
})
export class SendModule {}

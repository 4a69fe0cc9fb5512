import { Module } from '@nestjs/common';
import { EmailsModule } from '#emails';
import { Config } from '#platform';
import { EmergencyStop } from './emergency-stop.js';
import { LostReports } from './lost-reports.js';
import { MessageView } from './message-view.js';
import { OwnReports } from './own-reports.js';
import { PostmarkEvents } from './postmark-events.js';
import { PostmarkReplies } from './postmark-replies.js';
import { GATEWAY, PostmarkGateway } from './postmark.client.js';
import { Removals } from './removals.js';
import { Rehearsals } from './rehearsal.js';
import { SendLoop } from './send-loop.js';
import { Sender } from './sender.js';
import { Senders } from './senders.js';
import { SignUps } from './sign-ups.js';
import { Subscriptions } from './subscriptions.js';
import { SuppressionMirror } from './suppression-mirror.js';

const parts = [
  EmergencyStop,
  LostReports,
  MessageView,
  OwnReports,
  PostmarkEvents,
  PostmarkReplies,
  Rehearsals,
  Removals,
  Sender,
  Senders,
  SendLoop,
  SignUps,
  Subscriptions,
  SuppressionMirror,
];

const gateway = {
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
};

/** Everything about mail on its way out and what comes back. Nothing runs until the worker starts `SendLoop`. */
@Module({ imports: [EmailsModule], providers: [gateway, ...parts], exports: parts })
export class SendModule {}

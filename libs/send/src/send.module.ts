import { Module } from '@nestjs/common';
import { EmailsModule } from '#emails';
import { Config } from '#platform';
import { EmergencyStop } from './safety/emergency-stop.js';
import { LostReports } from './reports/lost-reports.js';
import { MessageView } from './previews/message-view.js';
import { OwnReports } from './reports/own-reports.js';
import { PostmarkEvents } from './reports/postmark-events.js';
import { PostmarkReplies } from './reports/postmark-replies.js';
import { GATEWAY, PostmarkGateway } from './postmark/postmark.client.js';
import { Removals } from './postmark/removals.js';
import { Rehearsals } from './previews/rehearsal.js';
import { SendLoop } from './sending/send-loop.js';
import { Sender } from './sending/sender.js';
import { Senders } from './postmark/senders.js';
import { SignUps } from './subscriptions/sign-ups.js';
import { Subscriptions } from './subscriptions/subscriptions.js';
import { SuppressionMirror } from './suppressions/suppression-mirror.js';

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

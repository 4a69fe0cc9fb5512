import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AccessModule } from '#access';
import { AutomationsModule } from '#automations';
import { EngineModule } from '#engine';
import { ActivitiesModule } from '#activities';
import { DirectoryModule } from '#directory';
import { EnrollmentsModule } from '#enrollments';
import { EmailsModule } from '#emails';
import { ResetMail, SendModule } from '#send';
import { SmartListsModule } from '#smart-lists';
import { WorkspaceModule } from '#workspace';
import { PlatformModule, type PlatformParts } from '#platform';
import { AutomationsController } from './controllers/automations.controller.js';
import { BacktestsController } from './controllers/backtests.controller.js';
import { RunsController } from './controllers/runs.controller.js';
import { AuthGuard } from './http/auth.guard.js';
import { AnswerCheckInterceptor } from './http/answer-check.interceptor.js';
import { IdempotencyInterceptor } from './http/idempotency.interceptor.js';
import { ActivitiesController } from './controllers/activities.controller.js';
import { ConsentController } from './controllers/consent.controller.js';
import { DesignsController } from './controllers/designs.controller.js';
import { ContactsController } from './controllers/contacts.controller.js';
import { AccessController } from './controllers/access.controller.js';
import { JobsController } from './controllers/jobs.controller.js';
import { EventsController } from './controllers/events.controller.js';
import { OperationsController } from './controllers/operations.controller.js';
import { PeopleIngestionController } from './controllers/people-ingestion.controller.js';
import { SecondFactorController } from './controllers/second-factor.controller.js';
import { SessionsController } from './controllers/sessions.controller.js';
import { SettingsController } from './controllers/settings.controller.js';
import { SignInController } from './controllers/sign-in.controller.js';
import { MediaController } from './controllers/media.controller.js';
import { MessagesController } from './controllers/messages.controller.js';
import { OutboxController } from './controllers/outbox.controller.js';
import { PostmarkWebhookController } from './controllers/postmark-webhook.controller.js';
import { SendingController } from './controllers/sending.controller.js';
import { OwnTrackingController } from './controllers/own-tracking.controller.js';
import { PreferencesController } from './controllers/preferences.controller.js';
import { SignUpController } from './controllers/sign-up.controller.js';
import { SuppressionsController } from './controllers/suppressions.controller.js';
import { TemplatesController } from './controllers/templates.controller.js';
import { SmartListsController } from './controllers/smart-lists.controller.js';
import { UnsubscribeController } from './controllers/unsubscribe.controller.js';
import { WebhooksController } from './controllers/webhooks.controller.js';

/** The libraries whose services the controllers call: one line each. */
const libraries: Type[] = [
  AccessModule,
  ActivitiesModule,
  EnrollmentsModule,
  DirectoryModule,
  EmailsModule,
  SendModule,
  SmartListsModule,
  AutomationsModule,
  EngineModule,
  WorkspaceModule,
];

/** Every controller of the API: one line each. */
const controllers: Type[] = [
  ConsentController,
  OwnTrackingController,
  PreferencesController,
  SignUpController,
  MediaController,
  MessagesController,
  OutboxController,
  PostmarkWebhookController,
  SendingController,
  SuppressionsController,
  TemplatesController,
  UnsubscribeController,
  WebhooksController,
  ActivitiesController,
  AccessController,
  AutomationsController,
  BacktestsController,
  RunsController,
  ContactsController,
  DesignsController,
  EventsController,
  JobsController,
  OperationsController,
  PeopleIngestionController,
  SecondFactorController,
  SessionsController,
  SettingsController,
  SignInController,
  SmartListsController,
];

@Module({})
export class ApiModule {
  static forRoot(parts: PlatformParts): DynamicModule {
    const checksAnswers = parts.config.env.NODE_ENV === 'test' || parts.config.env.NODE_ENV === 'development';
    return {
      module: ApiModule,
      imports: [PlatformModule.forRoot(parts), ...libraries],
      controllers,
      providers: [
        ResetMail,
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        ...(checksAnswers ? [{ provide: APP_INTERCEPTOR, useClass: AnswerCheckInterceptor }] : []),
      ],
    };
  }
}

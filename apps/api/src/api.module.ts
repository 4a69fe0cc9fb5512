import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AccessModule } from '#access';
import { AutomationsModule } from '#automations';
import { EngineModule } from '#engine';
import { ActivitiesModule } from '#activities';
import { DirectoryModule } from '#directory';
import { EnrollmentsModule } from '#enrollments';
import { EmailsModule } from '#emails';
import { SendModule } from '#send';
import { SmartListsModule } from '#smart-lists';
import { PlatformModule, type PlatformParts } from '#platform';
import { AutomationsController } from './automations.controller.js';
import { BacktestsController } from './backtests.controller.js';
import { RunsController } from './runs.controller.js';
import { AuthGuard } from './http/auth.guard.js';
import { AnswerCheckInterceptor } from './http/answer-check.interceptor.js';
import { IdempotencyInterceptor } from './http/idempotency.interceptor.js';
import { ActivitiesController } from './activities.controller.js';
import { ContactsController } from './contacts.controller.js';
import { AccessController } from './access.controller.js';
import { JobsController } from './jobs.controller.js';
import { EventsController } from './events.controller.js';
import { OperationsController } from './operations.controller.js';
import { PeopleIngestionController } from './people-ingestion.controller.js';
import { SettingsController } from './settings.controller.js';
import { SignInController } from './sign-in.controller.js';
import { MessagesController } from './messages.controller.js';
import { OutboxController } from './outbox.controller.js';
import { PostmarkWebhookController } from './postmark-webhook.controller.js';
import { SendingController } from './sending.controller.js';
import { SuppressionsController } from './suppressions.controller.js';
import { TemplatesController } from './templates.controller.js';
import { SmartListsController } from './smart-lists.controller.js';
import { UnsubscribeController } from './unsubscribe.controller.js';
import { WebhooksController } from './webhooks.controller.js';

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
];

/** Every controller of the API: one line each. */
const controllers: Type[] = [
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
  EventsController,
  JobsController,
  OperationsController,
  PeopleIngestionController,
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
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        ...(checksAnswers ? [{ provide: APP_INTERCEPTOR, useClass: AnswerCheckInterceptor }] : []),
      ],
    };
  }
}

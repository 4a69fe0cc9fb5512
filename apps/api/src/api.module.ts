import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AccessModule } from '#access';
import { ActionsModule } from '#actions';
import { AutomationsModule } from '#automations';
import { ClientsModule } from '#clients';
import { CustomersModule } from '#customers';
import { EngineModule } from '#engine';
import { ActivitiesModule } from '#activities';
import { DirectoryModule } from '#directory';
import { EnrollmentsModule } from '#enrollments';
import { BroadcastsModule } from '#broadcasts';
import { OrdersModule } from '#orders';
import { EmailsModule } from '#emails';
import { ResetMail, SendModule } from '#send';
import { SmartListsModule } from '#smart-lists';
import { SourcesModule } from '#sources';
import { TransfersModule } from '#transfers';
import { WorkspaceModule } from '#workspace';
import { PlatformModule, type PlatformParts } from '#platform';
import { StoryboardsController } from './controllers/automations/storyboards.controller.js';
import { ExperimentsController } from './controllers/automations/experiments.controller.js';
import { AutomationsController } from './controllers/automations/automations.controller.js';
import { BacktestsController } from './controllers/automations/backtests.controller.js';
import { RunsController } from './controllers/automations/runs.controller.js';
import { AuthGuard } from './http/permission/auth.guard.js';
import { AnswerCheckInterceptor } from './http/routes/answer-check.interceptor.js';
import { IdempotencyInterceptor } from './http/routes/idempotency.interceptor.js';
import { ActivitiesController } from './controllers/ingestion/activities.controller.js';
import { LiveController } from './controllers/ingestion/live.controller.js';
import { SourcesController } from './controllers/ingestion/sources.controller.js';
import { TrackController } from './controllers/ingestion/track.controller.js';
import { ClientSetUpController } from './controllers/ingestion/client-set-up.controller.js';
import { ClientsController } from './controllers/ingestion/clients.controller.js';
import { ConsentController } from './controllers/people/consent.controller.js';
import { BroadcastReportsController } from './controllers/mail/broadcast-reports.controller.js';
import { BroadcastsController } from './controllers/mail/broadcasts.controller.js';
import { DesignsController } from './controllers/mail/designs.controller.js';
import { ContactActionsController } from './controllers/people/contact-actions.controller.js';
import { ContactsController } from './controllers/people/contacts.controller.js';
import { AccessController } from './controllers/access/access.controller.js';
import { CustomersController } from './controllers/access/customers.controller.js';
import { JobsController } from './controllers/people/jobs.controller.js';
import { EventsController } from './controllers/workspace/events.controller.js';
import { OperationsController } from './controllers/workspace/operations.controller.js';
import { DuplicatesController } from './controllers/people/duplicates.controller.js';
import { NotesController } from './controllers/people/notes.controller.js';
import { ViewsController } from './controllers/people/views.controller.js';
import { PeopleIngestionController } from './controllers/ingestion/people-ingestion.controller.js';
import { PasskeysController } from './controllers/access/passkeys.controller.js';
import { SecondFactorController } from './controllers/access/second-factor.controller.js';
import { SessionsController } from './controllers/access/sessions.controller.js';
import { SettingsController } from './controllers/workspace/settings.controller.js';
import { SignInController } from './controllers/access/sign-in.controller.js';
import { MediaController } from './controllers/mail/media.controller.js';
import { MessagesController } from './controllers/mail/messages.controller.js';
import { OrdersController } from './controllers/people/orders.controller.js';
import { PrivacyController } from './controllers/people/privacy.controller.js';
import { OutboxController } from './controllers/mail/outbox.controller.js';
import { PostmarkWebhookController } from './controllers/mail/postmark-webhook.controller.js';
import { SendingController } from './controllers/mail/sending.controller.js';
import { OwnTrackingController } from './controllers/public-pages/own-tracking.controller.js';
import { PreferencesController } from './controllers/public-pages/preferences.controller.js';
import { SignUpController } from './controllers/public-pages/sign-up.controller.js';
import { SuppressionsController } from './controllers/mail/suppressions.controller.js';
import { TemplatesController } from './controllers/mail/templates.controller.js';
import { SmartListsController } from './controllers/people/smart-lists.controller.js';
import { UnsubscribeController } from './controllers/public-pages/unsubscribe.controller.js';
import { WebhooksController } from './controllers/automations/webhooks.controller.js';

/** The libraries whose services the controllers call: one line each. */
const libraries: Type[] = [
  AccessModule,
  ActionsModule,
  CustomersModule,
  ActivitiesModule,
  ClientsModule,
  EnrollmentsModule,
  OrdersModule,
  SourcesModule,
  DirectoryModule,
  EmailsModule,
  BroadcastsModule,
  SendModule,
  SmartListsModule,
  TransfersModule,
  AutomationsModule,
  EngineModule,
  WorkspaceModule,
];

/** Every controller of the API: one line each. */
const controllers: Type[] = [
  BroadcastReportsController,
  BroadcastsController,
  ConsentController,
  OwnTrackingController,
  PreferencesController,
  SignUpController,
  MediaController,
  MessagesController,
  OrdersController,
  OutboxController,
  PostmarkWebhookController,
  SendingController,
  SuppressionsController,
  TemplatesController,
  UnsubscribeController,
  WebhooksController,
  ActivitiesController,
  LiveController,
  SourcesController,
  TrackController,
  ClientsController,
  ClientSetUpController,
  AccessController,
  CustomersController,
  AutomationsController,
  BacktestsController,
  ExperimentsController,
  StoryboardsController,
  RunsController,
  ContactActionsController,
  PrivacyController,
  ContactsController,
  DesignsController,
  EventsController,
  JobsController,
  DuplicatesController,
  NotesController,
  ViewsController,
  OperationsController,
  PeopleIngestionController,
  PasskeysController,
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

import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AccessModule } from '#access';
import { ActivitiesModule } from '#activities';
import { DirectoryModule } from '#directory';
import { EnrollmentsModule } from '#enrollments';
import { PlatformModule, type PlatformParts } from '#platform';
import { AuthGuard } from './http/auth.guard.js';
import { AnswerCheckInterceptor } from './http/answer-check.interceptor.js';
import { IdempotencyInterceptor } from './http/idempotency.interceptor.js';
import { ActivitiesController } from './activities.controller.js';
import { ContactsController } from './contacts.controller.js';
import { AccessController } from './access.controller.js';
import { EventsController } from './events.controller.js';
import { OperationsController } from './operations.controller.js';
import { PeopleIngestionController } from './people-ingestion.controller.js';
import { SettingsController } from './settings.controller.js';
import { SignInController } from './sign-in.controller.js';

/** The libraries whose services the controllers call: one line each. */
const libraries: Type[] = [AccessModule, ActivitiesModule, EnrollmentsModule, DirectoryModule];

/** Every controller of the API: one line each. */
const controllers: Type[] = [
  ActivitiesController,
  AccessController,
  ContactsController,
  EventsController,
  OperationsController,
  PeopleIngestionController,
  SettingsController,
  SignInController,
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

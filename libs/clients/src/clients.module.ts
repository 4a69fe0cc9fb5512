import { Module } from '@nestjs/common';
import { ActivitiesModule } from '#activities';
import { EnrollmentsModule } from '#enrollments';
import { Clients } from './clients.js';
import { EventAliases } from './event-aliases.js';

/** What the clients of other systems send. */
@Module({ imports: [ActivitiesModule, EnrollmentsModule], providers: [Clients, EventAliases], exports: [Clients] })
export class ClientsModule {}

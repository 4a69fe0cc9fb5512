import { Module } from '@nestjs/common';
import { CustomersModule } from '#customers';
import { OrdersModule } from '#orders';
import { ActionJobs } from './action-jobs.js';
import { actions } from './actions/index.js';
import { CarryOut } from './carry-out.js';
import { ContactActions } from './contact-actions.js';
import { ACTION_DEFINITIONS, type ActionDefinition } from './definition.js';
import { Everything } from './everything.js';

@Module({
  imports: [CustomersModule, OrdersModule],
  providers: [
    ...actions,
    { provide: ACTION_DEFINITIONS, useFactory: (...all: ActionDefinition[]) => all, inject: actions },
    CarryOut,
    ContactActions,
    ActionJobs,
    Everything,
  ],
  exports: [ContactActions, ActionJobs, Everything],
})
export class ActionsModule {}

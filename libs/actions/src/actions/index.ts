import type { Type } from '@nestjs/common';
import type { ActionDefinition } from '../definition.js';
import { Enroll } from './enroll.action.js';
import { LinkAccounts } from './link-accounts.action.js';
import { UnlinkAccounts } from './unlink-accounts.action.js';
import { UpdateEmail } from './update-email.action.js';

/** Every action: one line each. */
export const actions: Type<ActionDefinition>[] = [UpdateEmail, LinkAccounts, UnlinkAccounts, Enroll];

import type { Type } from '@nestjs/common';
import type { ActionDefinition } from '../definition.js';
import { AllowAddress } from './allow-address.action.js';
import { Enroll } from './enroll.action.js';
import { ErasePerson } from './erase-person.action.js';
import { LinkAccounts } from './link-accounts.action.js';
import { ResendWelcome } from './resend-welcome.action.js';
import { ResetPassword } from './reset-password.action.js';
import { RestoreAccess } from './restore-access.action.js';
import { RevokeAccess } from './revoke-access.action.js';
import { SyncOrders } from './sync-orders.action.js';
import { UnlinkAccounts } from './unlink-accounts.action.js';
import { UpdateEmail } from './update-email.action.js';

/** Every action: one line each. */
export const actions: Type<ActionDefinition>[] = [
  UpdateEmail,
  LinkAccounts,
  UnlinkAccounts,
  Enroll,
  SyncOrders,
  ResetPassword,
  ResendWelcome,
  RevokeAccess,
  RestoreAccess,
  ErasePerson,
  AllowAddress,
];

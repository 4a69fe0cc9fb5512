import { roles } from '#contracts';
import type { RoleName } from './staff.queries';

const roleWords: Record<RoleName, string> = {
  viewer: 'viewer: can see everything',
  marketer: 'marketer: lists, automations, sending',
  support: 'support: people and their accounts',
  admin: 'admin: everything',
};

/** The roles as a choice, each with what it may do. */
export const roleData = roles.map((role) => ({ value: role, label: roleWords[role] }));

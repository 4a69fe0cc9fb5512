import type { AccessRow } from './route.js';

export const roles = ['viewer', 'marketer', 'support', 'admin'] as const;
export type RoleName = (typeof roles)[number];
export const scopes = ['ingest', 'read', 'write', 'admin'] as const;
export type ScopeName = (typeof scopes)[number];

/** Who may do what: the public table, read by the server's guard, the screens and the roles test. */
export const permissions: Record<
  Exclude<AccessRow, 'open'>,
  { roles: readonly RoleName[]; scopes: readonly ScopeName[] }
> = {
  own: { roles, scopes: [] },
  read: { roles, scopes: ['read', 'admin'] },
  change: { roles: ['marketer', 'admin'], scopes: ['write', 'admin'] },
  people: { roles: ['marketer', 'support', 'admin'], scopes: ['write', 'admin'] },
  bulk: { roles: ['marketer', 'admin'], scopes: ['write', 'admin'] },
  support: { roles: ['support', 'admin'], scopes: ['admin'] },
  revoke: { roles: ['admin'], scopes: ['admin'] },
  stop_mail: { roles: ['marketer', 'support', 'admin'], scopes: ['write', 'admin'] },
  admin: { roles: ['admin'], scopes: ['admin'] },
  ingest: { roles: ['marketer', 'admin'], scopes: ['ingest', 'admin'] },
};

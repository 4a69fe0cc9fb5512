import type { AccessRow } from './route.js';

export const roles = ['viewer', 'marketer', 'support', 'admin'] as const;
export type RoleName = (typeof roles)[number];
export const scopes = ['ingest', 'read', 'write', 'admin'] as const;
export type ScopeName = (typeof scopes)[number];

/** The rows that roles and scopes hold. */
export type TableRow = Exclude<
  AccessRow,
  'open' | 'postmark' | 'stripe' | 'shopify' | 'inbound' | 'write_key' | 'client' | 'customer'
>;

/** Who may do what: the public table, read by the server's guard, the screens and the roles test. */
export const permissions: Record<TableRow, { roles: readonly RoleName[]; scopes: readonly ScopeName[] }> = {
  own: { roles, scopes: [] },
  // A key with `write` may do what a marketer may, and marketers read.
  read: { roles, scopes: ['read', 'write', 'admin'] },
  change: { roles: ['marketer', 'admin'], scopes: ['write', 'admin'] },
  people: { roles: ['marketer', 'support', 'admin'], scopes: ['write', 'admin'] },
  bulk: { roles: ['marketer', 'admin'], scopes: ['write', 'admin'] },
  support: { roles: ['support', 'admin'], scopes: ['admin'] },
  revoke: { roles: ['admin'], scopes: ['admin'] },
  stop_mail: { roles: ['marketer', 'support', 'admin'], scopes: ['write', 'admin'] },
  admin: { roles: ['admin'], scopes: ['admin'] },
  ingest: { roles: ['marketer', 'admin'], scopes: ['ingest', 'write', 'admin'] },
  enroll: { roles: ['support', 'admin'], scopes: ['ingest', 'admin'] },
};

/** The row of the table for a route; none where neither a role nor a scope decides. */
export const permissionRow = (access: AccessRow): (typeof permissions)[TableRow] | undefined =>
  access in permissions ? permissions[access as TableRow] : undefined;

import { z } from 'zod';
import { roles, scopes } from '../http/permissions.js';
import { emailAddress, idParams, page, pageQuery, route, uuid } from '../http/route.js';
import { password } from './sign-in.contract.js';

const role = z.enum(roles);
const scope = z.enum(scopes);
const done = z.object({ done: z.literal(true) });

export const staffMember = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  banned: z.boolean(),
  second_factor: z.boolean(),
  created_at: z.string(),
  last_seen_at: z.string().nullable(),
});

export const listStaff = route({
  method: 'GET',
  path: '/staff',
  access: 'admin',
  tag: 'Staff',
  summary: 'Everybody who may sign in',
  query: pageQuery,
  response: page(staffMember),
});

const staffParams = z.strictObject({ id: z.string().min(1).max(100) });

export const addStaff = route({
  method: 'POST',
  path: '/staff',
  access: 'admin',
  tag: 'Staff',
  summary: 'Add a staff member with a password; use invitations to let them choose it',
  status: 201,
  body: z.strictObject({ email: emailAddress, name: z.string().trim().min(1).max(200), role, password }),
  response: staffMember,
  problems: ['already_exists'],
});

export const changeStaff = route({
  method: 'PATCH',
  path: '/staff/:id',
  access: 'admin',
  tag: 'Staff',
  summary: 'Change the name or role of a staff member, or ban them',
  params: staffParams,
  body: z.strictObject({
    name: z.string().trim().min(1).max(200).optional(),
    role: role.optional(),
    banned: z.boolean().optional(),
  }),
  response: staffMember,
  problems: ['not_found', 'last_administrator'],
});

export const removeStaff = route({
  method: 'DELETE',
  path: '/staff/:id',
  access: 'admin',
  tag: 'Staff',
  summary: 'Remove a staff member; their sessions end at once',
  params: staffParams,
  response: done,
  problems: ['not_found', 'last_administrator'],
});

export const invitation = z.object({
  id: z.string(),
  email: z.string(),
  role,
  created_at: z.string(),
  expires_at: z.string(),
});

export const linkForStaff = route({
  method: 'POST',
  path: '/staff/:id/reset-password',
  access: 'admin',
  tag: 'Staff',
  summary: 'Make a link with which a staff member sets a new password; the link is in this answer only',
  status: 201,
  params: staffParams,
  response: z.object({ email: z.string(), link: z.string(), expires_at: z.string() }),
  problems: ['not_found'],
});

export const resetSecondFactor = route({
  method: 'DELETE',
  path: '/staff/:id/second-factor',
  access: 'admin',
  tag: 'Staff',
  summary: 'Remove the two-factor authentication of a staff member who has lost it; their sessions end',
  params: staffParams,
  response: done,
  problems: ['not_found'],
});

export const listInvitations = route({
  method: 'GET',
  path: '/staff/invitations',
  access: 'admin',
  tag: 'Staff',
  summary: 'Invitations that are still open',
  query: pageQuery,
  response: page(invitation),
});

export const inviteStaff = route({
  method: 'POST',
  path: '/staff/invitations',
  access: 'admin',
  tag: 'Staff',
  summary: 'Invite somebody; the link is in this answer only',
  status: 201,
  body: z.strictObject({ email: emailAddress, role }),
  response: invitation.extend({ link: z.string() }),
  problems: ['already_exists'],
});

export const withdrawInvitation = route({
  method: 'DELETE',
  path: '/staff/invitations/:id',
  access: 'admin',
  tag: 'Staff',
  summary: 'Withdraw an invitation',
  params: idParams,
  response: done,
  problems: ['not_found'],
});

export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['server', 'write']),
  prefix: z.string(),
  scopes: z.array(scope),
  allowed_types: z.array(z.string()).nullable(),
  allowed_origins: z.array(z.string()).nullable(),
  created_by: z.string().nullable(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
});

export const listApiKeys = route({
  method: 'GET',
  path: '/api-keys',
  access: 'admin',
  tag: 'API keys',
  summary: 'Keys, newest first, without the keys themselves',
  query: pageQuery,
  response: page(apiKey),
});

export const createApiKey = route({
  method: 'POST',
  path: '/api-keys',
  access: 'admin',
  tag: 'API keys',
  summary: 'Make a key; the key itself, and the signing secret of a write key, are in this answer only',
  status: 201,
  body: z
    .strictObject({
      name: z.string().trim().min(1).max(200),
      kind: z.enum(['server', 'write']),
      scopes: z.array(scope).max(scopes.length).optional(),
      allowed_types: z.array(z.string().min(1).max(100)).max(200).optional(),
      allowed_origins: z.array(z.url().max(300, 'An origin has at most 300 characters.')).max(50).optional(),
    })
    .refine((key) => key.kind === 'write' || (key.scopes?.length ?? 0) > 0, {
      message: `A server key needs at least one scope: ${scopes.join(', ')}.`,
      path: ['scopes'],
    })
    .refine((key) => key.kind === 'server' || !key.scopes?.length, {
      message: 'A write key has no scopes: it only records allowed activity types from allowed origins.',
      path: ['scopes'],
    })
    .describe(
      'A server key has at least one scope, a write key has none. A write key records only the types it names, from the origins it names; without them it records nothing.',
    ),
  response: apiKey.extend({
    key: z.string(),
    /** Of a write key: with it the shop's server signs the addresses of its users. Shown once, as the key is. */
    signing_secret: z.string().optional(),
  }),
});

export const revokeApiKey = route({
  method: 'DELETE',
  path: '/api-keys/:id',
  access: 'admin',
  tag: 'API keys',
  summary: 'Revoke a key; requests with it are refused within two seconds everywhere',
  params: idParams,
  response: done,
  problems: ['not_found'],
});

export const auditEntry = z.object({
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  target_kind: z.string().nullable(),
  target_id: z.string().nullable(),
  /** What it is called now, or was called then; null where it has no name. */
  target_name: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});

const auditFilter = {
  action: z.string().max(100).optional(),
  actor: z.string().max(254).optional(),
  target_id: z.union([uuid, z.string().max(100)]).optional(),
};

export const listAudit = route({
  method: 'GET',
  path: '/audit',
  access: 'admin',
  tag: 'Audit',
  summary: 'Who did what to whom, newest first',
  query: pageQuery.extend(auditFilter),
  response: page(auditEntry),
});

export const exportAudit = route({
  method: 'GET',
  path: '/audit.csv',
  access: 'admin',
  tag: 'Audit',
  summary: 'The audit as a CSV file, newest first; that somebody took it is audited too',
  description: 'Filtered as the list is. What a spreadsheet would take for a formula has an apostrophe before it.',
  query: z.object(auditFilter),
  raw: true,
});

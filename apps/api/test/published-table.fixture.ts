/**
 * “Who may do what” of the public contract, written down a second time and by hand: what the roles test expects comes
 * from here and not from the data that the server reads.
 */

export type Caller =
  'viewer' | 'marketer' | 'support' | 'admin' | 'ingest' | 'read' | 'write' | 'key admin' | 'customer';

/** Each row of the table: the roles that are ticked, then the scopes of keys. `write` is what a marketer may. */
const rows = {
  'read people, lists, automations, reports': [
    ...['viewer', 'marketer', 'support', 'admin'],
    ...['read', 'write', 'key admin'],
  ],
  'change lists, automations, templates; publish; send': ['marketer', 'admin', 'write', 'key admin'],
  'edit and tag people': ['marketer', 'support', 'admin', 'write', 'key admin'],
  'import, bulk changes, export': ['marketer', 'admin', 'write', 'key admin'],
  'bring in what happened': ['marketer', 'admin', 'ingest', 'write', 'key admin'],
  enroll: ['support', 'admin', 'ingest', 'key admin'],
  'Identity and Support actions, enroll, sync orders': ['support', 'admin', 'key admin'],
  'revoke & refund, restore access, erase, unlink': ['admin', 'key admin'],
  'stop all mail': ['marketer', 'support', 'admin', 'write', 'key admin'],
  'resume mail, settings, staff, keys, audit': ['admin', 'key admin'],
  'signed-in staff, about themselves': ['viewer', 'marketer', 'support', 'admin'],
  'a signed-in customer, about themselves': ['customer'],
} as const satisfies Record<string, readonly Caller[]>;
type Row = keyof typeof rows | 'open without credentials' | 'with credentials of its own';

/** Every route, by the row it belongs to. A route that is missing here fails the test. */
const routes: Record<Row, string> = {
  'open without credentials': `
    GET /health/live
    GET /health/ready
    POST /auth/staff/sign-in
    POST /auth/staff/sign-out
    POST /auth/staff/passkey/begin
    POST /auth/staff/passkey
    POST /auth/staff/accept-invitation
    POST /auth/staff/reset
    POST /auth/staff/reset/confirm
    POST /auth/customer/sign-in
    POST /auth/customer/sign-out
    POST /auth/customer/reset
    POST /auth/customer/reset/confirm
    GET /unsubscribe/:token
    POST /unsubscribe/:token
    GET /preferences/:token
    POST /preferences/:token
    GET /m/:token
    GET /confirm/:token
    POST /confirm/:token
    GET /t/:token
    GET /o/:token
    GET /f/:id
    POST /forms/:id
    GET /media/:name
    GET /openapi.json
    GET /problems/:code`,
  'with credentials of its own': `
    POST /webhooks/postmark
    POST /webhooks/stripe
    POST /webhooks/postmark/inbound
    POST /webhooks/shopify
    POST /in/:token
    POST /track
    POST /v1/track
    POST /v1/identify
    POST /v1/page
    POST /v1/screen
    POST /v1/group
    POST /v1/alias
    POST /v1/batch
    POST /capture
    GET /v1/projects/:key/settings
    GET /sourceConfig
    GET /array/:key/config
    GET /array/:key/config.js
    POST /flags`,
  'a signed-in customer, about themselves': `
    GET /me
    GET /me/courses`,
  'signed-in staff, about themselves': `
    GET /auth/staff/session
    POST /auth/staff/password
    GET /auth/staff/second-factor
    POST /auth/staff/second-factor/begin
    POST /auth/staff/second-factor/confirm
    POST /auth/staff/second-factor/recovery-codes
    POST /auth/staff/second-factor/remove
    GET /auth/staff/passkeys
    POST /auth/staff/passkeys/begin
    POST /auth/staff/passkeys
    POST /auth/staff/passkeys/:id/remove
    GET /sessions/mine
    DELETE /sessions/mine/:id
    DELETE /sessions
    GET /views
    POST /views
    PUT /views/:id
    DELETE /views/:id
    POST /automations/:id/presence`,
  'read people, lists, automations, reports': `
    GET /sources
    GET /activities/live
    GET /activities
    GET /activities/types
    GET /contacts
    POST /contacts/search
    GET /contacts/:id
    GET /contacts/:id/activities
    GET /contacts/:id/actions
    GET /contacts/:id/links
    GET /contacts/:id/actions/available
    GET /contacts/:id/topics
    GET /contacts/:id/notes
    GET /contacts/duplicates
    GET /contacts/:id/duplicates
    GET /email/topics
    GET /email/forms
    GET /courses
    GET /orders/sources
    GET /smart-lists
    GET /smart-lists/:id
    GET /smart-lists/:id/contacts
    GET /smart-lists/folders
    GET /smart-lists/fields
    GET /smart-lists/fields/values
    POST /smart-lists/preview
    POST /smart-lists/check
    GET /automations
    GET /automations/:id
    GET /automations/:id/operations
    GET /automations/:id/presence
    GET /automations/:id/versions
    GET /automations/:id/versions/:n
    GET /automations/:id/diff
    GET /automations/:id/export
    GET /automations/:id/runs
    GET /automations/:id/visits
    GET /automations/:id/experiments/:node_id
    GET /automations/:id/river
    GET /automations/:id/ends
    GET /automations/:id/ends/runs
    GET /automations/:id/approval
    GET /automations/:id/stats
    GET /automations/:id/explain
    GET /automations/:id/backtests
    POST /automations/:id/validate
    POST /automations/:id/webhook-preview
    GET /automation-nodes
    GET /backtests/:id
    GET /runs
    GET /runs/:id
    GET /webhook-calls
    GET /email/templates
    GET /email/templates/:id
    POST /email/templates/:id/preview
    POST /email/preview
    GET /email/jobs
    GET /email/summary
    GET /email/suppressions
    GET /email/senders
    GET /email/templates/:id/versions
    GET /email/templates/:id/versions/:n
    GET /email/templates/:id/uses
    POST /email/designs/render
    GET /email/broadcasts
    GET /email/broadcasts/:id
    POST /email/broadcasts/:id/audience
    GET /email/broadcasts/:id/audience
    GET /email/broadcasts/:id/audience/people
    GET /email/broadcasts/:id/report
    GET /email/broadcasts/:id/test
    GET /email/broadcasts/:id/rehearsal
    GET /email/broadcasts/:id/recipients
    GET /email/broadcasts/:id/batches
    GET /email/broadcasts/:id/earlier
    POST /email/designs/empty-words
    GET /email/blocks
    GET /media
    GET /messages
    GET /outbox
    GET /outbox/:id
    GET /attention
    GET /jobs
    GET /jobs/:id
    GET /settings
    GET /events
    GET /metrics`,
  'change lists, automations, templates; publish; send': `
    PUT /activities/types/:type
    POST /smart-lists
    PUT /smart-lists/:id
    DELETE /smart-lists/:id
    POST /smart-lists/:id/duplicate
    POST /smart-lists/:id/refresh
    POST /smart-lists/:id/members
    DELETE /smart-lists/:id/members
    POST /smart-lists/folders/rename
    POST /automations
    PUT /automations/:id
    DELETE /automations/:id
    POST /automations/import
    POST /automations/:id/operations
    POST /automations/:id/publish
    POST /automations/:id/approval
    POST /automations/:id/pause
    POST /automations/:id/resume
    POST /automations/:id/archive
    POST /automations/:id/stop
    POST /automations/:id/duplicate
    POST /automations/:id/retry
    POST /secrets
    POST /automations/:id/simulate
    POST /automations/:id/backtest
    POST /automations/:id/quick_backtest
    POST /automations/:id/webhook-test
    POST /backtests/:id/cancel
    POST /jobs/:id/cancel
    POST /webhook-calls/:id/replay
    POST /email/topics
    PUT /email/topics/:id
    DELETE /email/topics/:id
    POST /email/templates
    PUT /email/templates/:id
    DELETE /email/templates/:id
    POST /email/templates/:id/test
    POST /email/test
    POST /email/templates/:id/restore
    POST /email/designs/import
    POST /email/broadcasts
    PUT /email/broadcasts/:id
    DELETE /email/broadcasts/:id
    POST /email/broadcasts/:id/duplicate
    POST /email/broadcasts/:id/follow-up
    POST /email/broadcasts/:id/send
    POST /email/broadcasts/:id/rehearse
    POST /email/broadcasts/:id/schedule
    POST /email/broadcasts/:id/pause
    POST /email/broadcasts/:id/resume
    POST /email/broadcasts/:id/cancel
    POST /email/broadcasts/:id/test
    POST /email/broadcasts/:id/winner
    POST /email/broadcasts/:id/retry_unknown
    POST /email/designs/check-links
    POST /email/blocks
    PUT /email/blocks/:id
    DELETE /email/blocks/:id
    POST /media
    PATCH /media/:id
    DELETE /media/:id
    POST /email/suppressions
    DELETE /email/suppressions
    POST /messages/retry_unknown`,
  'edit and tag people': `
    PATCH /contacts/:id
    PATCH /contacts/:id/topics
    POST /contacts/:id/notes
    POST /contacts/:id/duplicates/dismiss
    PUT /notes/:id
    DELETE /notes/:id
    POST /automations/:id/enter
    POST /runs/:id/advance
    POST /runs/:id/remove
    POST /runs/:id/retry
    POST /attention/:id/close`,
  'import, bulk changes, export': `
    POST /contacts/bulk
    POST /contacts/bulk/preview
    POST /contacts/export
    POST /contacts/import
    POST /contacts/import/files
    POST /jobs/:id/undo
    GET /jobs/:id/file
    GET /email/broadcasts/:id/recipients.csv
    POST /email/suppressions/import`,
  'bring in what happened': `
    POST /activities
    POST /purchase-leads
    POST /profiles
    POST /courses
    POST /transactions`,
  enroll: `
    POST /enrollments`,
  'Identity and Support actions, enroll, sync orders': `
    POST /contacts/:id/actions/update_email
    POST /contacts/:id/actions/link_accounts
    POST /contacts/:id/actions/reset_password
    POST /contacts/:id/actions/resend_welcome
    POST /contacts/:id/actions/enroll
    POST /contacts/:id/actions/sync_orders
    GET /contacts/:id/everything
    POST /actions/:id/retry`,
  'revoke & refund, restore access, erase, unlink': `
    POST /contacts/:id/actions/revoke_access
    POST /contacts/:id/erase
    POST /contacts/:id/actions/allow_address
    POST /contacts/:id/actions/restore_access
    POST /contacts/:id/actions/unlink_accounts`,
  'stop all mail': `
    POST /sending/stop`,
  'resume mail, settings, staff, keys, audit': `
    POST /email/forms
    PUT /email/forms/:id
    DELETE /email/forms/:id
    POST /sending/resume
    POST /orders/sync
    PATCH /settings
    POST /email/senders
    PUT /email/senders/:id
    DELETE /email/senders/:id
    POST /email/templates/:id/approve
    GET /settings/data
    POST /settings/demo/remove
    GET /settings/webhook-secret
    POST /settings/webhook-secret/rotate
    GET /staff
    POST /staff
    PATCH /staff/:id
    DELETE /staff/:id
    POST /staff/:id/reset-password
    DELETE /staff/:id/second-factor
    GET /staff/invitations
    POST /staff/invitations
    DELETE /staff/invitations/:id
    GET /sessions
    DELETE /sessions/:id
    GET /sources/rejects
    GET /sources/:id/rejects
    POST /sources
    GET /sources/:id
    PATCH /sources/:id
    DELETE /sources/:id
    POST /sources/:id/try
    POST /sources/:id/rotate
    GET /api-keys
    POST /api-keys
    DELETE /api-keys/:id
    GET /audit
    GET /audit.csv`,
};

const rowOf = new Map(
  Object.entries(routes).flatMap(([row, names]) =>
    names
      .split('\n')
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => [name, row as Row] as const),
  ),
);

/** The row of api.md that a route belongs to. @throws Error for a route that nobody gave one */
export function publishedRow(route: string): Row {
  const row = rowOf.get(route);
  if (!row) throw new Error(`Write down in published-table.fixture.ts to which row of api.md ${route} belongs.`);
  return row;
}

/** Whether the published table lets this caller call the route; `nobody` has no credentials. */
export function mayByTheTable(caller: Caller | 'nobody', route: string): boolean {
  const row = publishedRow(route);
  if (row === 'open without credentials') return true;
  if (row === 'with credentials of its own' || caller === 'nobody') return false;
  return (rows[row] as readonly Caller[]).includes(caller);
}

/** Every route that is written down here. */
export const publishedRoutes = [...rowOf.keys()];

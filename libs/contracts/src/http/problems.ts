import { kinds, type ProblemKind } from './problem-kind.js';

const badRequest = kinds(400, 'Bad request');
const notSignedIn = kinds(401, 'Not signed in');
const notAllowed = kinds(403, 'Not allowed');
const notFound = kinds(404, 'Not found');
const conflict = kinds(409, 'Conflict');
const cannotBeDone = kinds(422, 'Cannot be done');

/**
 * Every kind of failure the API answers, by its code. The code is stable: it stands in `code`, and in `type` as
 * `/problems/<code>`. Screens and programs decide by it; the sentences are for people and may change.
 */
export const problemKinds = {
  invalid_request: badRequest(
    'A part of the request does not have the form it must have.',
    'Read errors: each entry points to one mistake and says what to send instead.',
  ),
  invalid_json: badRequest('The body is not valid JSON in UTF-8.', 'Fix the body at the place that detail names.'),
  invalid_cursor: badRequest(
    'The cursor was not made by this list.',
    'Use next_cursor of the previous page as it is, or leave cursor out to start at the first page.',
  ),
  invalid_idempotency_key: badRequest(
    'The Idempotency-Key header is empty, too long, or has characters that are not allowed.',
    'Send 1 to 200 printable ASCII characters without spaces, such as a UUID.',
  ),
  too_many_items: badRequest('The request has more items than fit in one.', 'Send the items in several requests.'),
  revision_ahead: badRequest(
    'The request names a base_revision that this draft has not reached.',
    'Load the draft again and use its revision.',
  ),
  operations_do_not_fit: badRequest(
    'The operations do not fit this draft, for example because they change a step that does not exist.',
    'Load the draft again and make the change on it. Nothing was saved.',
  ),
  not_a_static_list: badRequest(
    'This list follows rules, so people cannot be added or removed by hand.',
    'Change its rules, or use a static list.',
  ),
  too_many_people: badRequest('The change would reach more people than one job may.', 'Narrow the rules.'),
  unreadable_file: badRequest(
    'The file cannot be read, or nobody can be found in it.',
    'Send a CSV file in UTF-8 with one address per line, or with a column named email or contact_id.',
  ),
  unreadable_passkey: badRequest(
    'The answer of the device does not fit what it was asked, or came later than five minutes.',
    'Ask for a new one at /auth/staff/passkeys/begin and try again.',
  ),
  wrong_password: badRequest('The current password is wrong.', 'Enter the password you sign in with.'),

  not_signed_in: notSignedIn(
    'The request carries no session and no API key, or the session has ended.',
    'Sign in at /sign-in, or send Authorization: Bearer <key>.',
  ),
  wrong_credentials: notSignedIn(
    'The e-mail address or the password is wrong.',
    'Check both and try again, or set a new password: “Forgot your password?” on the sign-in page.',
  ),
  second_factor_needed: notSignedIn(
    'The password is right, and this account also asks for a code.',
    'Send the same request again with code: the one that the authenticator app shows, or a recovery code.',
  ),
  wrong_code: notSignedIn(
    'The code is wrong, or it was used before.',
    'Enter the code that the app shows now, or a recovery code that you have not used yet.',
  ),
  wrong_passkey: notSignedIn(
    'The passkey is not known here, or its answer does not fit what was asked a moment ago.',
    'Try again, or sign in with your password.',
  ),
  unknown_api_key: notSignedIn(
    'The API key does not exist or has been revoked.',
    'Create a key under Settings, API keys, and send it as Authorization: Bearer <key>.',
  ),
  wrong_webhook_credentials: notSignedIn(
    'The webhook call does not carry the credentials that Cortex was given for it.',
    'For Postmark set POSTMARK_WEBHOOK_USER and POSTMARK_WEBHOOK_PASSWORD, and use both in the webhook URL there. For Stripe and Shopify set STRIPE_WEBHOOK_SECRET or SHOPIFY_WEBHOOK_SECRET to the signing secret of its webhook. The address of an inbound webhook is shown under Settings, Sources, when it is made.',
  ),

  not_allowed: notAllowed(
    'The role or the API key does not allow this.',
    'Ask an administrator for another role, or use a key with the scope that detail names.',
  ),
  other_site: notAllowed(
    'A page of another site sent the request with your session.',
    'Open Cortex itself and try again. If you did, check CORTEX_PUBLIC_URL.',
  ),
  origin_not_allowed: notAllowed(
    'The write key may not be used on this site.',
    'Create a write key that names the site, under Settings, API keys.',
  ),
  second_factor_missing: notAllowed(
    'This workspace asks administrators for two-factor authentication, and you have not set it up yet.',
    'Set one up under Settings, Your account. Then everything is open to you again.',
  ),
  BANNED_USER: notAllowed(
    'This account is banned, or the customer’s access was revoked.',
    'Ask an administrator to lift the ban, or to restore the access.',
  ),

  not_found: notFound('Nothing has this id. It may have been deleted.', 'Check the id, or look it up in its list.'),
  unknown_address: notFound(
    'Nobody in the directory has this e-mail address.',
    'Look the person up in the directory, or add them first.',
  ),
  unknown_route: notFound('No route has this method and path.', 'Look the route up at /docs or in /openapi.json.'),

  already_exists: conflict(
    'Something with the same unique value exists.',
    'Use the existing one, or change the value.',
  ),
  missing_reference: conflict(
    'The request refers to something that does not exist, or removes something that is still referred to.',
    'Create what is missing, or remove the reference first.',
  ),
  still_used: conflict('Something else still uses this.', 'Remove it where it is used, then delete it.'),
  concurrent_change: conflict('Someone else is changing the same thing at this moment.', 'Send the request again.'),
  idempotency_key_reused: conflict(
    'The Idempotency-Key was used for a different request within the last 24 hours.',
    'Use a new key for a new request.',
  ),
  request_in_progress: conflict(
    'The first request with this Idempotency-Key is still running.',
    'Wait a moment and send the request again with the same key.',
  ),
  draft_changed: conflict(
    'Someone else has changed this draft since the revision you name.',
    'Load the changes, review them, and try again from the current revision.',
  ),
  template_changed: conflict(
    'Someone else has saved this template since you loaded it.',
    'Load the template again and repeat your change.',
  ),
  automation_archived: conflict('This automation is archived.', 'Duplicate it and use the copy.'),
  automation_running: conflict('This automation is running.', 'Stop it, then delete it.'),
  automation_has_history: conflict(
    'People have been in this automation, so its history is kept.',
    'Archive it instead of deleting it.',
  ),
  automation_not_live: conflict(
    'This automation is not live, so nobody can move in it.',
    'Publish or resume it first.',
  ),
  wrong_automation_status: conflict(
    'The status of this automation does not allow this.',
    'Read status in the answer; detail says what is possible from it.',
  ),
  wrong_broadcast_status: conflict(
    'The status of this broadcast does not allow this.',
    'Read status in the answer; detail says what is possible from it.',
  ),
  broadcast_to_staff: conflict(
    'This broadcast went to colleagues, and a follow-up is for broadcasts to people.',
    'Duplicate it, and send the copy.',
  ),
  no_test_running: conflict(
    'This broadcast has no test, or it is decided, or nothing of it has left yet.',
    'Read its test: it says how far it is.',
  ),
  people_inside: conflict('People are still inside this automation.', 'Stop the automation first. They leave then.'),
  count_changed: conflict(
    'The number you confirmed is no longer right.',
    'Read the current number in the answer and confirm that one.',
  ),
  wrong_run_status: conflict(
    'The status of this run does not allow this.',
    'Read status in the answer. Only a waiting run can be moved on, only a failed one can be retried.',
  ),
  secret_unreadable: conflict(
    'A stored secret was encrypted under a CORTEX_SECRET that this start does not know.',
    'Start with that one in CORTEX_SECRET_PREVIOUS, or set the secret again.',
  ),
  webhook_call_not_failed: conflict(
    'This webhook call has not failed for good, so it cannot be sent again.',
    'Wait until it has ended.',
  ),
  backtest_ended: conflict('This backtest has ended.', 'Start another one.'),
  job_started: conflict('This job has started or ended, so it cannot be cancelled.', 'Wait for its result.'),
  cannot_undo: conflict(
    'This job cannot be undone: nothing it did can be taken back, it still runs, or it was undone already.',
    'Look at can_undo of GET /jobs/:id first.',
  ),
  last_administrator: conflict(
    'This is the last administrator, and someone must be able to administer Cortex.',
    'Make someone else an administrator first.',
  ),
  sending_off: conflict(
    'The environment variable CORTEX_SENDING=off holds all mail back.',
    'Set CORTEX_SENDING=on and restart Cortex.',
  ),
  membership_not_kept: conflict(
    'Cortex does not keep track of who is in this list, so it cannot tell who is new.',
    'Set keep_membership first, or use the list in an automation.',
  ),
  membership_updating: conflict(
    'The members of this list are still being updated after another change.',
    'Wait a moment and try again.',
  ),

  action_not_available: conflict(
    'This cannot be done for this person now.',
    'Read detail: it says what stands against it. GET /contacts/:id/actions/available says it of every action.',
  ),
  action_running: conflict(
    'Another action is still being carried out for this person.',
    'Wait until it has ended: GET /contacts/:id/actions shows it.',
  ),
  action_not_failed: conflict(
    'Nothing of this action failed or is unclear, so there is nothing to try again.',
    'Read its effects.',
  ),
  address_taken: conflict(
    'Someone else in the directory has this address.',
    'Link the two accounts instead: other_contact_id names the other one.',
  ),
  order_of_another_person: conflict('This is another person’s order.', 'Use their address, or link the accounts.'),
  already_enrolled: conflict('They have this course already.', 'Choose another course. Nothing was changed.'),
  several_enrollments: conflict(
    'They have several enrollments that could be meant.',
    'Read candidates, and send the request again with the enrollment_id of the one that you mean.',
  ),
  several_candidates: conflict(
    'More than one thing could be meant.',
    'Read candidates, and send the request again with the id of the one that you mean.',
  ),

  access_revoked: conflict(
    'The customer’s access was revoked, so they may not sign in.',
    'Restore their access first, if they are to have it.',
  ),
  consent_withdrawn: conflict(
    'The person said no to these emails themselves, or later than the consent you record.',
    'Leave it. Only they can subscribe again, on the preference page their emails link to.',
  ),

  too_large: kinds(413, 'Too large')(
    'The body is larger than this route accepts.',
    'Send the content in several smaller requests.',
  ),
  unsupported_media_type: kinds(415, 'Unsupported media type')(
    'This route does not read this content type.',
    'Send application/json, or another type that /docs names for the route.',
  ),

  sign_in_service_failed: cannotBeDone(
    'The program with which customers sign in elsewhere did not do what it was asked for.',
    'Read detail, and try the action again.',
  ),
  order_source_failed: cannotBeDone(
    'A source of orders did not give what it was asked for.',
    'Read detail, and try again later. GET /orders/sources says how each source stands.',
  ),
  no_order_source: cannotBeDone(
    'No source of orders is set up, so there is nothing to fetch.',
    'Set STRIPE_API_KEY, SHOPIFY_ADMIN_TOKEN or ORDERS_URL, and start Cortex again.',
  ),
  unknown_topic: cannotBeDone(
    'One of the topics does not exist.',
    'Read the topics at GET /email/topics and name those.',
  ),
  too_many_topics: cannotBeDone(
    'The workspace has as many topics as the page where people choose can show.',
    'Remove a topic that nobody needs, or use one that is there.',
  ),
  limit_reached: cannotBeDone(
    'There are as many of these as there may be.',
    'Delete one that nobody needs, or change one that is there.',
  ),
  passkeys_need_a_name: cannotBeDone(
    'Cortex was opened by an IP address, for which browsers keep no passkeys.',
    'Open it by its name, such as localhost or the one in CORTEX_PUBLIC_URL, or sign in with your password.',
  ),
  automation_not_ready: cannotBeDone(
    'The automation has problems that block publishing.',
    'Fix what problems lists, then publish again. Nothing was changed.',
  ),
  broadcast_not_ready: cannotBeDone(
    'Something that the broadcast needs is missing or wrong, so it cannot be sent.',
    'Read errors: each entry points to one field and says what to do.',
  ),
  unknown_target_step: cannotBeDone(
    'People cannot be moved to a step that does not exist in this version.',
    'Name a step of the new version, or "exit".',
  ),
  settings_unfinished: cannotBeDone(
    'The settings of the automation are not finished.',
    'Fix what errors lists, then run the backtest again.',
  ),
  no_start: cannotBeDone('The drawing has no finished start, so nobody can enter.', 'Add a start, or finish it.'),
  invalid_template: cannotBeDone(
    'A text has a Liquid mistake, or cannot be rendered for this person.',
    'Fix the text at the place that detail or errors name.',
  ),
  unreadable_design: cannotBeDone(
    'The design is not in the form that its editor writes.',
    'Read errors, or choose another format.',
  ),
  not_a_picture: cannotBeDone(
    'The file is no picture that mail programs show, or it is too large to open.',
    'Send a JPEG, PNG, GIF or WebP of at most 50 megapixels.',
  ),
  not_transactional: cannotBeDone(
    'Only system mail is approved, and this template is for marketing.',
    'Change its stream to transactional first.',
  ),
  template_missing: cannotBeDone(
    'The email template of this step no longer exists.',
    'Choose another template and publish again.',
  ),
  reason_missing: cannotBeDone(
    'Someone marked your mail as spam, and nothing says why they may get mail again.',
    'Send a reason. The audit keeps it.',
  ),
  instant_ahead: cannotBeDone('An instant lies in the future.', 'Send the instant when it happened, or leave it out.'),
  recipient_not_staff: cannotBeDone(
    'Test mail goes only to people who work here, and to seed lists.',
    'Use the address of a staff member, or name a seed list of the settings.',
  ),
  no_recipient: cannotBeDone(
    'A test goes to the person who asks for it, and an API key has no address.',
    'Sign in and send the test from there.',
  ),
  count_took_too_long: cannotBeDone(
    'Counting this list took longer than a minute and was stopped.',
    'Simplify its rules, or try again when the server is less busy.',
  ),

  too_many_attempts: kinds(429, 'Too many attempts')(
    'Someone tried to sign in to this account or from this address too often.',
    'Wait the number of seconds in Retry-After, then try again.',
  ),
  too_many_test_calls: kinds(429, 'Too many test calls')(
    'Too many webhook tests were sent within a minute.',
    'Wait a minute, then try again.',
  ),
  too_many_requests: kinds(429, 'Too many requests')(
    'This client sends requests too often.',
    'Wait the number of seconds in Retry-After, then try again.',
  ),
  too_much_at_once: kinds(429, 'Too much at once')(
    'More activities arrive than can be stored. Nothing of this request was stored.',
    'Wait the number of seconds in Retry-After, then send the same request again.',
  ),

  internal_error: kinds(500, 'Something went wrong')(
    'Cortex has a bug, or something it depends on failed in an unexpected way.',
    'Look up the id in the log. Trying again may help.',
  ),

  database_away: kinds(503, 'Database away')(
    'The database cannot be reached.',
    'Try again in a moment. For activities, send an id or an external_id so that a repeat is harmless.',
  ),
  took_too_long: kinds(503, 'Took too long')(
    'The query took too long and was stopped.',
    'Narrow the filter and try again.',
  ),
  busy: kinds(503, 'Busy')('Every database connection is in use.', 'Try again in a moment.'),
  too_many_listeners: kinds(503, 'Busy')(
    'This server already keeps as many event streams open as it may.',
    'Close screens that are not needed, or try again after the seconds in Retry-After.',
  ),
  not_ready: kinds(503, 'Not ready')(
    'The database does not answer, or is not migrated yet.',
    'Wait until /health/ready answers 200.',
  ),
} as const satisfies Record<string, ProblemKind>;

/** The stable name of a kind of failure. */
export type ProblemCode = keyof typeof problemKinds;

export const problemCodes = Object.keys(problemKinds) as ProblemCode[];

/** Kinds that pass by themselves: after a moment the same request may be sent again as it is. */
export const passingCodes: readonly ProblemCode[] = [
  'concurrent_change',
  'request_in_progress',
  'membership_updating',
  'too_many_attempts',
  'too_many_test_calls',
  'too_many_requests',
  'too_much_at_once',
  'internal_error',
  'database_away',
  'took_too_long',
  'busy',
  'too_many_listeners',
  'not_ready',
];

const byCode = new Map<string, ProblemKind>(Object.entries(problemKinds));

/** The kind with this code, which may come from outside; undefined if there is none. */
export const problemKind = (code: string): ProblemKind | undefined => byCode.get(code);

/** The `type` of a problem document: where people can read about its kind. */
export const problemType = (code: ProblemCode): string => `/problems/${code}`;

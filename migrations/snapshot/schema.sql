-- extensions

citext

pg_trgm

-- tables

table cortex.activity_inbox with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_vacuum_cost_delay=0)
  seq bigint not null generated always as identity
  person_id uuid not null
  activity_id uuid not null
  occurred_at timestamp with time zone not null
  history boolean not null default false
  type text

table cortex.activity_keys
  key uuid not null
  occurred_at timestamp with time zone not null

table cortex.activity_type_labels
  type text not null
  label text
  set_by text not null
  set_at timestamp with time zone not null default cortex.now()

table cortex.api_keys
  id uuid not null default uuidv7()
  name text not null
  kind text not null default 'server'::text
  prefix text not null
  hash bytea not null
  scopes text[] not null
  allowed_types text[]
  allowed_origins text[]
  created_by text
  created_at timestamp with time zone not null default cortex.now()
  last_used_at timestamp with time zone
  revoked_at timestamp with time zone
  signing_secret text

table cortex.attention
  id uuid not null default uuidv7()
  key text not null
  kind text not null
  title text not null
  detail text not null default ''::text
  action jsonb
  facts jsonb not null default '{}'::jsonb
  opened_at timestamp with time zone not null default cortex.now()
  closed_at timestamp with time zone
  closed_by text

table cortex.audit
  id uuid not null default uuidv7()
  at timestamp with time zone not null default cortex.now()
  actor text not null
  action text not null
  target_kind text
  target_id text
  before jsonb
  after jsonb
  request_id text
  seal bigint
  erased_hash bytea

table cortex.audit_seals
  number bigint not null
  entries integer not null
  hash bytea not null
  sealed_at timestamp with time zone not null default cortex.now()

table cortex.automation_counts
  automation_id uuid not null
  what text not null
  node_id text not null
  state text not null
  detail text not null
  n bigint not null

table cortex.automation_epoch
  one boolean not null default true
  n bigint not null default 0

table cortex.automation_hour_changes with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000)
  automation_id uuid not null
  hour timestamp with time zone not null
  what text not null
  node_id text not null
  state text not null
  detail text not null
  n bigint not null

table cortex.automation_hour_counts
  automation_id uuid not null
  hour timestamp with time zone not null
  what text not null
  node_id text not null
  state text not null
  detail text not null
  n bigint not null

table cortex.automation_operations
  automation_id uuid not null
  revision integer not null
  operations jsonb not null
  author text
  at timestamp with time zone not null default cortex.now()
  batch uuid

table cortex.automation_run_steps
  run_id uuid not null
  node_id text not null
  visit integer not null
  ord integer not null default 0
  entered_at timestamp with time zone not null
  left_at timestamp with time zone
  port text
  outcome jsonb not null default '{}'::jsonb

table cortex.automation_runs
  id uuid not null default uuidv7()
  automation_id uuid not null
  version_id uuid not null
  version integer not null
  person_id uuid not null
  entry_key text not null
  status text not null default 'active'::text
  node_id text
  wake_at timestamp with time zone
  waiting_for text
  lead_id uuid
  activity_id uuid
  context jsonb not null default '{}'::jsonb
  visits integer not null default 0
  retries integer not null default 0
  entered_at timestamp with time zone not null default cortex.now()
  ended_at timestamp with time zone
  end_reason text

table cortex.automation_seen
  automation_id uuid not null
  person_id uuid not null
  entry_key text not null
  seen_at timestamp with time zone not null default cortex.now()

view cortex.automation_totals
  automation_id uuid
  what text
  node_id text
  state text
  detail text
  n integer

table cortex.automation_versions
  id uuid not null default uuidv7()
  automation_id uuid not null
  number integer not null
  graph jsonb not null
  settings jsonb not null
  pins jsonb not null default '{}'::jsonb
  note text
  author text
  published_at timestamp with time zone not null default cortex.now()
  approval jsonb

table cortex.automations
  id uuid not null default uuidv7()
  name text not null
  status text not null default 'draft'::text
  draft_graph jsonb not null
  settings jsonb not null default '{}'::jsonb
  revision integer not null default 1
  live_version integer
  demo boolean not null default false
  created_by text
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()
  approval jsonb

table cortex.backtests
  id uuid not null default uuidv7()
  automation_id uuid not null
  revision integer not null
  graph jsonb not null
  settings jsonb not null
  from_at timestamp with time zone not null
  to_at timestamp with time zone not null
  status text not null default 'queued'::text
  progress real not null default 0
  result jsonb
  error text
  attempts integer not null default 0
  heartbeat_at timestamp with time zone
  created_by text
  created_at timestamp with time zone not null default cortex.now()
  ended_at timestamp with time zone
  assume jsonb not null default '{}'::jsonb

table cortex.broadcast_batches
  broadcast_id uuid not null
  batch_id uuid not null

table cortex.broadcast_clicks
  id uuid not null default uuidv7()
  broadcast_id uuid not null
  link_id uuid not null
  message_id uuid not null
  at timestamp with time zone not null
  machine boolean not null
  device text

table cortex.broadcast_domains
  broadcast_id uuid not null
  domain text not null
  mails integer not null

table cortex.broadcast_exclusions
  broadcast_id uuid not null
  person_id uuid not null
  reason text not null

table cortex.broadcast_links
  broadcast_id uuid not null
  id uuid not null
  url text not null

table cortex.broadcast_outcomes
  broadcast_id uuid not null
  outcome text not null
  domain text not null
  message_id uuid not null

table cortex.broadcast_rehearsals
  id uuid not null default uuidv7()
  broadcast_id uuid not null
  status text not null default 'running'::text
  revision integer not null
  topic_id uuid
  email_from text
  content jsonb not null
  audience jsonb not null
  expected integer not null
  people_until uuid
  people_cursor uuid
  recipients integer not null default 0
  problems jsonb not null default '{}'::jsonb
  worst jsonb not null default '[]'::jsonb
  distinct_mails integer not null default 0
  largest_bytes integer not null default 0
  links jsonb not null default '[]'::jsonb
  created_at timestamp with time zone not null default cortex.now()
  ended_at timestamp with time zone
  holdout_percent integer not null default 0
  variants jsonb not null default '[]'::jsonb

table cortex.broadcast_rests
  broadcast_id uuid not null
  state text not null
  message_id uuid not null

table cortex.broadcast_results
  broadcast_id uuid not null
  measure_at timestamp with time zone
  measured_at timestamp with time zone
  results jsonb

table cortex.broadcast_turns
  broadcast_id uuid not null
  due_after integer not null
  message_id uuid not null

table cortex.broadcasts
  id uuid not null default uuidv7()
  name text not null
  status text not null default 'draft'::text
  revision integer not null default 1
  field_revisions jsonb not null default '{}'::jsonb
  subject text not null default ''::text
  preheader text not null default ''::text
  email_from text
  topic_id uuid
  include_smart_list_ids uuid[] not null default '{}'::uuid[]
  exclude_smart_list_ids uuid[] not null default '{}'::uuid[]
  rules jsonb
  template_id uuid
  editor text not null default 'html'::text
  design jsonb
  html text not null default ''::text
  text text
  generated_text text
  scheduled_at timestamp with time zone
  started_at timestamp with time zone
  frozen_at timestamp with time zone
  finished_at timestamp with time zone
  reason text
  content_id uuid
  job_id uuid
  audience jsonb
  freeze_until uuid
  freeze_cursor uuid
  candidates integer not null default 0
  left_out jsonb not null default '{}'::jsonb
  fed_until uuid
  settle_at timestamp with time zone
  answered integer not null default 0
  refused integer not null default 0
  created_by text
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()
  holdout_percent integer not null default 0
  reply_to text
  utm jsonb
  spread jsonb
  local_time boolean not null default false
  begins_at timestamp with time zone
  by_turns boolean not null default false
  turns_from timestamp with time zone
  turn_after integer
  turn_message uuid
  looked_at timestamp with time zone
  turns_kept boolean not null default false
  test jsonb
  variant_contents uuid[]
  decides_at timestamp with time zone
  winner integer
  test_result jsonb
  to_staff boolean not null default false

table cortex.bulk_changes
  job_id uuid not null
  ord bigint not null generated always as identity
  kind text not null
  record_id uuid not null
  tags text[] not null default '{}'::text[]

table cortex.contact_action_effects
  action_id uuid not null
  ord integer not null
  name text not null
  label text not null
  state text not null default 'waiting'::text
  detail text not null default ''::text
  kept jsonb
  at timestamp with time zone

table cortex.contact_actions
  id uuid not null
  action text not null
  person_id uuid not null
  input jsonb not null default '{}'::jsonb
  plan jsonb not null default '{}'::jsonb
  actor jsonb not null
  state text not null default 'running'::text
  created_at timestamp with time zone not null default cortex.now()
  ended_at timestamp with time zone
  tries integer not null default 1
  resume_at timestamp with time zone not null

table cortex.contact_notes
  id uuid not null default uuidv7()
  person_id uuid not null
  text text not null
  author_id text not null
  author text not null
  written_at timestamp with time zone not null default cortex.now()
  edited_at timestamp with time zone

table cortex.crm_activities_default default partition
  id uuid not null default uuidv7()
  contact_email public.citext
  anonymous_id text
  contact_id uuid
  type text not null
  metadata jsonb not null default '{}'::jsonb
  occurred_at timestamp with time zone not null default cortex.now()
  received_at timestamp with time zone not null default cortex.now()
  source text not null default 'sql'::text
  person_id uuid
  history boolean not null default false

table cortex.customer_password_links
  profile_id uuid not null
  address text not null
  token_hash bytea not null
  purpose text not null
  created_by text not null
  created_at timestamp with time zone not null default cortex.now()
  expires_at timestamp with time zone not null

table cortex.demo_rows
  kind text not null
  id uuid not null

table cortex.different_people
  person_id uuid not null
  other_id uuid not null
  said_at timestamp with time zone not null default cortex.now()
  said_by text not null

view cortex.directory_definition
  address text
  id uuid
  email public.citext
  type text
  first_name text
  last_name text
  phone text
  country text
  timezone text
  language text
  tags text[]
  attributes jsonb
  created_at timestamp with time zone
  lifetime_value_minor bigint

table cortex.directory_views
  id uuid not null default uuidv7()
  owner_id text
  owner text not null
  name text not null
  shared boolean not null
  q text not null
  type text
  rules jsonb
  sort text not null
  columns text[] not null
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()

table cortex.entered_by_jobs
  job_id uuid not null
  run_id uuid not null

table cortex.entry_clocks
  automation_id uuid not null
  counted_until timestamp with time zone not null
  took_ms integer not null default 0
  found integer not null default 0

table cortex.entry_queue with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_vacuum_cost_delay=0)
  automation_id uuid not null
  occasion text not null
  person_id uuid not null
  due_at timestamp with time zone not null

table cortex.entry_rounds
  automation_id uuid not null
  occasion text not null
  smart_list_id uuid not null
  due_at timestamp with time zone not null

table cortex.erased_addresses
  hash bytea not null
  erased_at timestamp with time zone not null default cortex.now()

table cortex.erasure_salt
  one boolean not null default true
  value text not null

table cortex.experiment_results
  version_id uuid not null
  node_id text not null
  decided_at timestamp with time zone not null default cortex.now()
  winner text
  takes_all boolean not null
  result jsonb not null

table cortex.file_parts
  file_id uuid not null
  part integer not null
  data bytea not null

table cortex.files
  id uuid not null default uuidv7()
  name text not null
  bytes bigint not null default 0
  about jsonb
  created_at timestamp with time zone not null default cortex.now()
  expires_at timestamp with time zone not null

table cortex.former_ids
  id uuid not null
  person_id uuid not null

table cortex.heartbeat
  one boolean not null default true
  at timestamp with time zone not null

table cortex.import_changes
  job_id uuid not null
  ord bigint not null generated always as identity
  row_no integer not null
  address text not null
  kind text not null
  record_id uuid not null
  before jsonb
  after jsonb
  consent_before jsonb
  consent_after jsonb

table cortex.import_mappings
  headers text not null
  mapping jsonb not null
  used_at timestamp with time zone not null default cortex.now()

table cortex.inbound_samples
  id bigint not null generated always as identity
  source_id uuid not null
  body text not null
  at timestamp with time zone not null default cortex.now()

table cortex.inbound_sources
  id uuid not null default uuidv7()
  name text not null
  token_hash bytea not null
  mapping jsonb
  is_on boolean not null default false
  created_by text not null
  created_at timestamp with time zone not null default cortex.now()

table cortex.inbox_failures
  activity_id uuid not null
  person_id uuid not null
  occurred_at timestamp with time zone not null
  history boolean not null
  attempts integer not null default 1
  error text not null
  next_try_at timestamp with time zone

table cortex.jobs
  id uuid not null default uuidv7()
  kind text not null
  status text not null default 'queued'::text
  smart_list_id uuid
  action text not null
  input bytea
  result jsonb
  error text
  actor jsonb not null
  created_at timestamp with time zone not null default cortex.now()
  ended_at timestamp with time zone
  progress jsonb
  "position" text
  file_id uuid
  can_undo boolean not null default false
  tries integer not null default 0
  moved_at timestamp with time zone not null default '-infinity'::timestamp with time zone

table cortex.known_names
  kind text not null
  name text not null
  near text[] not null

table cortex.lead_owners
  lead_id uuid not null
  profile_id uuid not null
  address text not null

table cortex.link_proofs
  message_id uuid not null
  anonymous_id text not null
  used_at timestamp with time zone not null default cortex.now()

table cortex.list_keeping
  smart_list_id uuid not null
  state text not null default 'stale'::text
  fingerprint text
  swept_at timestamp with time zone
  error text
  tell_newcomers boolean not null default false
  means jsonb
  fill_again_after xid8

table cortex.list_members
  smart_list_id uuid not null
  person_id uuid not null
  entered_at timestamp with time zone not null default cortex.now()

table cortex.list_touched with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_vacuum_cost_delay=0)
  seq bigint not null generated always as identity
  person_id uuid not null
  what text not null
  history boolean not null default false

table cortex.mail_blocks
  id uuid not null default uuidv7()
  name text not null
  "row" jsonb not null
  created_by text
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()

table cortex.mail_contents
  id uuid not null default uuidv7()
  hash bytea not null
  subject text not null
  preheader text not null default ''::text
  html text not null
  text text
  template_id uuid
  template_version integer
  created_at timestamp with time zone not null default cortex.now()
  topic_id uuid
  reply_to text
  utm jsonb

table cortex.media
  id uuid not null default uuidv7()
  name text not null
  title text not null default ''::text
  alt text not null default ''::text
  content_type text not null
  width integer not null
  height integer not null
  bytes integer not null
  created_by text
  created_at timestamp with time zone not null default cortex.now()

table cortex.media_data
  media_id uuid not null
  data bytea not null

table cortex.messages with (fillfactor=50)
  id uuid not null default uuidv7()
  dedupe_key text not null
  broadcast_id uuid
  automation_id uuid
  version integer
  run_id uuid
  node_id text
  visit integer
  job_id uuid
  person_id uuid not null
  contact_email public.citext not null
  stream text not null
  topic_id uuid
  content_id uuid not null
  data jsonb not null default '{}'::jsonb
  email_from text
  subject text
  state text not null default 'queued'::text
  reason text
  batch_id uuid
  provider text
  provider_id text
  error_code integer
  attempts integer not null default 0
  demo boolean not null default false
  created_at timestamp with time zone not null default cortex.now()
  submitted_at timestamp with time zone
  sent_at timestamp with time zone
  delivered_at timestamp with time zone
  opened_at timestamp with time zone
  clicked_at timestamp with time zone
  bounced_at timestamp with time zone
  complained_at timestamp with time zone
  unsubscribed_at timestamp with time zone
  to_colleague boolean not null default false
  variant integer
  opened_on text
  lists smallint[]

table cortex.migration_files
  name text not null
  checksum text not null
  applied_at timestamp with time zone not null default now()

table cortex.migrations
  id integer not null default nextval('cortex.migrations_id_seq'::regclass)
  "timestamp" bigint not null
  name character varying not null

table cortex.monitor_ticks
  automation_id uuid not null
  node_id text not null
  ticked_at timestamp with time zone not null
  took_ms integer not null default 0
  found integer not null default 0
  error text

table cortex.order_hints
  id bigint not null generated always as identity
  source text not null
  kind text not null
  external_id text not null
  noted_at timestamp with time zone not null default cortex.now()

table cortex.order_sightings
  external_id text not null
  source text not null
  asked_at timestamp with time zone not null
  amount_minor bigint not null
  refunded_minor bigint not null
  currency text not null
  failed boolean not null
  buyer text

table cortex.order_sources
  source text not null
  since timestamp with time zone
  asked_at timestamp with time zone
  round_until timestamp with time zone
  "position" text
  counts jsonb
  begun_at timestamp with time zone
  ended_at timestamp with time zone
  error text

table cortex.outgoing with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_vacuum_cost_delay=0)
  stream text not null
  created_at timestamp with time zone not null
  message_id uuid not null
  person_id uuid not null
  automation_id uuid
  version integer
  broadcast_id uuid
  own_sender boolean not null
  demo boolean not null
  not_before timestamp with time zone
  to_colleague boolean not null default false
  topic_id uuid

table cortex.pending
  id bigint not null generated always as identity
  address text not null
  activity_id uuid
  occurred_at timestamp with time zone
  person_id uuid
  attempts integer not null default 0
  noted_at timestamp with time zone not null default clock_timestamp()
  recount boolean not null default false

table cortex.people with (fillfactor=80)
  person_id uuid not null default uuidv7()
  address text not null
  id uuid
  email public.citext
  type text
  first_name text
  last_name text
  phone text
  country text
  timezone text
  tags text[] not null default '{}'::text[]
  attributes jsonb not null default '{}'::jsonb
  created_at timestamp with time zone
  lifetime_value_minor bigint not null default 0
  last_activity timestamp with time zone
  consent_status text not null default 'unknown'::text
  consent_source text
  consent_at timestamp with time zone
  consent_text text
  suppressed_broadcast boolean not null default false
  suppressed_transactional boolean not null default false
  demo boolean not null default false
  name_folded text not null default ''::text
  tags_folded text[] not null default '{}'::text[]
  consent_by text
  language text
  paused_until timestamp with time zone
  paused_at timestamp with time zone
  paused_by text
  paused_source text
  linked_consent text
  linked_paused_until timestamp with time zone
  linked_topics_off uuid[]

table cortex.person_links
  person_id uuid not null
  into_person_id uuid not null
  created_at timestamp with time zone not null default cortex.now()
  created_by text

table cortex.person_merges
  person_id uuid not null
  into_person_id uuid not null
  merged_at timestamp with time zone not null default clock_timestamp()
  followed integer not null default 0

table cortex.presence
  automation_id uuid not null
  tab uuid not null
  user_id text not null
  node_id text
  holds boolean not null default false
  active_at timestamp with time zone not null default cortex.now()
  seen_at timestamp with time zone not null default cortex.now()

table cortex.provider_ids
  hash bigint not null
  message_id uuid not null

table cortex.refused_orders
  external_id text not null
  source text not null
  person_id uuid not null
  noticed_at timestamp with time zone not null default cortex.now()

table cortex.rehearsed_mails
  rehearsal_id uuid not null
  hash bigint not null

table cortex.removals_at_postmark
  id uuid not null default uuidv7()
  sealed text
  requested_by text not null
  request_id bigint
  noted_at timestamp with time zone not null default cortex.now()
  done_at timestamp with time zone
  failures integer not null default 0
  next_try_at timestamp with time zone default cortex.now()

table cortex.report_days
  stream text not null
  day date not null
  bounces_at timestamp with time zone
  after uuid
  done_at timestamp with time zone

table cortex.request_keys
  caller text not null
  key text not null
  request_hash bytea not null
  status integer
  answer jsonb
  created_at timestamp with time zone not null default cortex.now()
  sealed text

table cortex.retention_places
  kind text not null
  place text not null
  page bigint not null default 0
  is_done boolean not null default false

table cortex.retention_rounds
  kind text not null
  before timestamp with time zone not null
  deleted bigint not null default 0
  began_at timestamp with time zone not null default cortex.now()
  ended_at timestamp with time zone
  known_since timestamp with time zone not null

table cortex.reworded_mails
  automation_id uuid not null
  node_id text not null
  version integer not null
  content_id uuid not null

table cortex.run_changes with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_vacuum_cost_delay=0)
  seq bigint not null generated always as identity
  person_id uuid
  what text not null

table cortex.secret_values
  id uuid not null default uuidv7()
  sealed text not null
  set_by text not null
  set_at timestamp with time zone not null default cortex.now()
  host text

table cortex.secrets
  name text not null
  value text not null
  created_at timestamp with time zone not null default cortex.now()

table cortex.send_batches
  id uuid not null default uuidv7()
  stream text not null
  facts jsonb not null
  size integer not null
  message_ids uuid[] not null
  claimed_by uuid not null
  claimed_at timestamp with time zone not null default cortex.now()
  settled_at timestamp with time zone
  outcome text
  searches jsonb not null default '[]'::jsonb
  next_search_at timestamp with time zone
  trouble jsonb

table cortex.senders
  id uuid not null default uuidv7()
  mailbox text not null
  address text not null
  created_by text not null
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()

table cortex.set_aside
  address text not null
  attempts integer not null
  sqlstate text not null
  fingerprint text not null
  since timestamp with time zone not null default clock_timestamp()

table cortex.settings
  one boolean not null default true
  name text not null default 'My workspace'::text
  timezone text not null default 'UTC'::text
  currency character(3) not null default 'EUR'::bpchar
  sender_broadcast text
  sender_transactional text
  postal_address text
  mail_unanswered boolean not null default false
  quiet_hours jsonb
  frequency_cap jsonb
  settle_seconds integer not null default 900
  retry_unknown_transactional boolean not null default false
  track_mail boolean not null default true
  event_aliases jsonb not null default '{}'::jsonb
  sending_stopped_at timestamp with time zone
  sending_stopped_by text
  sending_stopped_reason text
  demo boolean not null default false
  updated_at timestamp with time zone not null default cortex.now()
  admins_need_second_factor boolean not null default false
  double_opt_in boolean not null default true
  consent_text text not null default 'Yes, I would like to get news and offers by e-mail. I can unsubscribe at any time, with the link in every e-mail.'::text
  mail_tracking text not null default 'postmark'::text
  brand jsonb not null default '{}'::jsonb
  drawn_brand jsonb not null default '{}'::jsonb
  attribution_days integer not null default 5
  seed_lists jsonb not null default '[]'::jsonb
  retention jsonb not null default '{"mails_months": null, "rejected_months": null, "visitors_months": 6, "activities_months": null, "webhook_calls_months": 1}'::jsonb
  mail_link_proof boolean not null default false

table cortex.shopify_refunds
  refund_id text not null
  order_id text not null
  amount_minor bigint not null
  currency text not null

table cortex.sign_in_tries
  key bytea not null
  tries integer not null
  last_at timestamp with time zone not null
  blocked_until timestamp with time zone

table cortex.sign_up_forms
  id uuid not null default uuidv7()
  name text not null
  topic_ids uuid[] not null default '{}'::uuid[]
  consent_text text not null
  double_opt_in boolean not null
  redirect_url text
  created_by text
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()

table cortex.sign_ups
  id uuid not null default uuidv7()
  form_id uuid not null
  form_name text not null
  address text not null
  first_name text
  topic_ids uuid[] not null
  consent_text text not null
  double_opt_in boolean not null
  ip text
  network text
  created_at timestamp with time zone not null default cortex.now()
  handled_at timestamp with time zone
  person_id uuid
  message_id uuid
  lead_id uuid
  confirmed_at timestamp with time zone
  confirmed_ip text
  language text

table cortex.source_minutes
  minute timestamp with time zone not null
  source_id text not null
  accepted integer not null
  rejected integer not null
  unused integer not null

table cortex.source_rejects
  id bigint not null generated always as identity
  source_id text not null
  at timestamp with time zone not null default cortex.now()
  code text not null
  reason text not null
  pointer text
  route text not null
  body text
  is_cut boolean not null
  unused boolean not null
  stranger boolean not null

table cortex.source_states
  source_id text not null
  last_accepted_at timestamp with time zone
  last_refused_at timestamp with time zone

table cortex.staff_invitations
  id uuid not null default uuidv7()
  email text not null
  role text not null
  token_hash bytea not null
  created_by text not null
  created_at timestamp with time zone not null default cortex.now()
  expires_at timestamp with time zone not null

table cortex.staff_passkey_answers
  challenge bytea not null
  answered_at timestamp with time zone not null default cortex.now()

table cortex.staff_passkeys
  id uuid not null default uuidv7()
  staff_id text not null
  name text not null
  credential_id bytea not null
  public_key bytea not null
  counter bigint not null default 0
  transports text[] not null default '{}'::text[]
  synced boolean not null
  created_at timestamp with time zone not null default cortex.now()
  last_used_at timestamp with time zone

table cortex.staff_password_resets
  staff_id text not null
  token_hash bytea not null
  created_by text not null
  created_at timestamp with time zone not null default cortex.now()
  expires_at timestamp with time zone not null

table cortex.staff_recovery_codes
  staff_id text not null
  code_hash bytea not null

table cortex.staff_second_factors
  staff_id text not null
  secret bytea not null
  last_step bigint not null default 0
  created_at timestamp with time zone not null default cortex.now()
  confirmed_at timestamp with time zone

table cortex.subscriber_days
  day date not null
  can_be_emailed integer not null

table cortex.suppression_lifts
  address text not null
  stream text not null
  reason text not null
  lifted_at timestamp with time zone not null
  mirrored_at timestamp with time zone

table cortex.suppressions
  id uuid not null default uuidv7()
  address text not null
  stream text not null
  reason text not null
  origin text not null
  message_id uuid
  created_at timestamp with time zone not null default cortex.now()
  repeated_at timestamp with time zone
  mirrored_at timestamp with time zone

table cortex.template_versions
  template_id uuid not null
  number integer not null
  name text not null
  stream text not null
  editor text not null
  subject text not null
  preheader text not null
  design jsonb
  html text not null
  text text
  generated_text text
  saved_at timestamp with time zone not null default cortex.now()
  saved_by text
  approved_at timestamp with time zone
  approved_by text
  begun_at timestamp with time zone
  redrawn boolean not null default false
  topic_id uuid

table cortex.templates
  id uuid not null default uuidv7()
  name text not null
  stream text not null default 'broadcast'::text
  editor text not null default 'html'::text
  subject text not null default ''::text
  preheader text not null default ''::text
  design jsonb
  html text not null default ''::text
  text text
  version integer not null default 1
  created_by text
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()
  generated_text text
  topic_id uuid

table cortex.topic_choices
  person_id uuid not null
  topic_id uuid not null
  wanted boolean not null
  at timestamp with time zone not null
  said_by text not null
  source text

table cortex.topics
  id uuid not null default uuidv7()
  name text not null
  description text not null default ''::text
  "position" integer not null default 0
  default_on boolean not null default true
  created_by text
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()

table cortex.touched
  txid xid8 not null default pg_current_xact_id()
  addresses text[] not null default '{}'::text[]
  activity_ids uuid[] not null default '{}'::uuid[]
  activity_times timestamp with time zone[] not null default '{}'::timestamp with time zone[]
  activity_addresses text[] not null default '{}'::text[]

table cortex.trigger_errors
  id bigint not null generated always as identity
  happened_at timestamp with time zone not null default clock_timestamp()
  trigger_name text not null
  sqlstate text not null
  message text not null
  context jsonb not null default '{}'::jsonb

table cortex.unsealed
  place text not null
  id text not null

table cortex.uses
  user_kind text not null
  user_id uuid not null
  used_kind text not null
  used_id uuid not null

table cortex.visitors
  anonymous_id text not null
  person_id uuid not null
  proven_at timestamp with time zone not null default cortex.now()
  message_id uuid

table cortex.webhook_calls
  id uuid not null default uuidv7()
  automation_id uuid not null
  run_id uuid not null
  node_id text not null
  visit integer not null
  person_id uuid not null
  url text not null
  headers jsonb not null default '{}'::jsonb
  content_type text not null
  body text not null
  state text not null default 'queued'::text
  attempts integer not null default 0
  status integer
  answer text
  error text
  created_at timestamp with time zone not null default cortex.now()
  tried_at timestamp with time zone
  settled_at timestamp with time zone

table cortex.webhook_events
  key uuid not null
  record_type text not null
  payload jsonb not null
  received_at timestamp with time zone not null default cortex.now()
  message_id uuid

table cortex.webhook_secrets
  id uuid not null default uuidv7()
  value text not null
  created_at timestamp with time zone not null default cortex.now()
  ends_at timestamp with time zone

table cortex.write_key_days
  key_id uuid not null
  day date not null
  taken integer not null

table cortex.zone_corrections
  zone text not null
  starts timestamp with time zone[] not null
  offsets integer[] not null
  noted_at timestamp with time zone not null default cortex.now()

table cortex_customers.account
  id text not null
  "accountId" text not null
  "providerId" text not null
  "userId" uuid not null
  "accessToken" text
  "refreshToken" text
  "idToken" text
  "accessTokenExpiresAt" timestamp with time zone
  "refreshTokenExpiresAt" timestamp with time zone
  scope text
  password text
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP
  "updatedAt" timestamp with time zone not null

table cortex_customers.session
  id text not null
  "expiresAt" timestamp with time zone not null
  token text not null
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP
  "updatedAt" timestamp with time zone not null
  "ipAddress" text
  "userAgent" text
  "userId" uuid not null

table cortex_customers.user
  id uuid not null
  name text
  email text
  "emailVerified" boolean
  image text
  banned boolean not null default false
  "bannedAt" timestamp with time zone
  "banReason" text
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP
  "updatedAt" timestamp with time zone not null default CURRENT_TIMESTAMP

table cortex_customers.verification
  id text not null
  identifier text not null
  value text not null
  "expiresAt" timestamp with time zone not null
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP
  "updatedAt" timestamp with time zone not null default CURRENT_TIMESTAMP

table cortex_staff.account
  id text not null
  "accountId" text not null
  "providerId" text not null
  "userId" text not null
  "accessToken" text
  "refreshToken" text
  "idToken" text
  "accessTokenExpiresAt" timestamp with time zone
  "refreshTokenExpiresAt" timestamp with time zone
  scope text
  password text
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP
  "updatedAt" timestamp with time zone not null

table cortex_staff.rateLimit
  id text not null
  key text not null
  count integer not null
  "lastRequest" bigint not null

table cortex_staff.session
  id text not null
  "expiresAt" timestamp with time zone not null
  token text not null
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP
  "updatedAt" timestamp with time zone not null
  "ipAddress" text
  "userAgent" text
  "userId" text not null
  "impersonatedBy" text

table cortex_staff.user
  id text not null
  name text not null
  email text not null
  "emailVerified" boolean not null default false
  image text
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP
  "updatedAt" timestamp with time zone not null default CURRENT_TIMESTAMP
  role text
  banned boolean default false
  "banReason" text
  "banExpires" timestamp with time zone

table cortex_staff.verification
  id text not null
  identifier text not null
  value text not null
  "expiresAt" timestamp with time zone not null
  "createdAt" timestamp with time zone not null default CURRENT_TIMESTAMP
  "updatedAt" timestamp with time zone not null default CURRENT_TIMESTAMP

table public.courses
  id uuid not null default uuidv7()
  title text not null
  price_minor bigint
  currency character(3)
  created_at timestamp with time zone not null default cortex.now()
  program text

table public.crm_activities partition by RANGE (occurred_at)
  id uuid not null default uuidv7()
  contact_email public.citext
  anonymous_id text
  contact_id uuid
  type text not null
  metadata jsonb not null default '{}'::jsonb
  occurred_at timestamp with time zone not null default cortex.now()
  received_at timestamp with time zone not null default cortex.now()
  source text not null default 'sql'::text
  person_id uuid
  history boolean not null default false

table public.crm_smart_lists
  id uuid not null default uuidv7()
  name text not null
  kind text not null default 'rules'::text
  rules jsonb
  folder text
  user_count integer
  counted_at timestamp with time zone
  count_ms integer
  revision integer not null default 1
  created_by text
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()
  keep_membership boolean not null default false

table public.email_jobs
  id uuid not null default uuidv7()
  name text not null
  kind text not null
  stream text not null
  status text not null default 'queued'::text
  broadcast_id uuid
  hour timestamp with time zone
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()

table public.enrollments
  id uuid not null default uuidv7()
  profile_id uuid not null
  course_id uuid not null
  lead_id uuid
  transaction_id uuid
  status text not null default 'active'::text
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()

table public.purchase_leads
  id uuid not null default uuidv7()
  email public.citext
  first_name text
  last_name text
  phone text
  country text
  timezone text
  tags text[] not null default '{}'::text[]
  course_id uuid
  external_id text
  source text
  attributes jsonb not null default '{}'::jsonb
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()
  language text

table public.transactions
  id uuid not null default uuidv7()
  profile_id uuid not null
  external_id text
  amount_minor bigint not null
  refunded_minor bigint not null default 0
  currency character(3) not null
  status text not null default 'paid'::text
  occurred_at timestamp with time zone not null default cortex.now()
  created_at timestamp with time zone not null default cortex.now()

table public.unified_profiles
  id uuid not null default uuidv7()
  email public.citext
  first_name text
  last_name text
  phone text
  country text
  timezone text
  tags text[] not null default '{}'::text[]
  attributes jsonb not null default '{}'::jsonb
  created_at timestamp with time zone not null default cortex.now()
  updated_at timestamp with time zone not null default cortex.now()
  language text

view public.view_directory_contacts
  id uuid
  email public.citext
  type text
  first_name text
  last_name text
  tags text[]
  person_id uuid
  address text
  phone text
  country text
  timezone text
  language text
  attributes jsonb
  created_at timestamp with time zone
  lifetime_value_minor bigint
  last_activity timestamp with time zone
  consent_status text
  consent_source text
  consent_at timestamp with time zone
  consent_text text
  suppressed_broadcast boolean
  suppressed_transactional boolean
  demo boolean

-- constraints

cortex.activity_inbox activity_inbox_pkey: PRIMARY KEY (seq)

cortex.activity_keys activity_keys_pkey: PRIMARY KEY (key)

cortex.activity_type_labels activity_type_labels_pkey: PRIMARY KEY (type)

cortex.api_keys api_keys_hash_key: UNIQUE (hash)

cortex.api_keys api_keys_kind_check: CHECK ((kind = ANY (ARRAY['server'::text, 'write'::text])))

cortex.api_keys api_keys_pkey: PRIMARY KEY (id)

cortex.attention attention_pkey: PRIMARY KEY (id)

cortex.audit audit_pkey: PRIMARY KEY (id)

cortex.audit_seals audit_seals_pkey: PRIMARY KEY (number)

cortex.automation_counts automation_counts_pkey: PRIMARY KEY (automation_id, what, node_id, state, detail)

cortex.automation_epoch automation_epoch_one_check: CHECK (one)

cortex.automation_epoch automation_epoch_pkey: PRIMARY KEY (one)

cortex.automation_hour_counts automation_hour_counts_pkey: PRIMARY KEY (automation_id, hour, what, node_id, state, detail)

cortex.automation_operations automation_operations_automation_id_fkey: FOREIGN KEY (automation_id) REFERENCES cortex.automations(id) ON DELETE CASCADE

cortex.automation_operations automation_operations_pkey: PRIMARY KEY (automation_id, revision)

cortex.automation_run_steps automation_run_steps_pkey: PRIMARY KEY (run_id, node_id, visit)

cortex.automation_run_steps automation_run_steps_run_id_fkey: FOREIGN KEY (run_id) REFERENCES cortex.automation_runs(id) ON DELETE CASCADE

cortex.automation_runs automation_runs_automation_id_fkey: FOREIGN KEY (automation_id) REFERENCES cortex.automations(id) ON DELETE CASCADE

cortex.automation_runs automation_runs_automation_id_person_id_entry_key_key: UNIQUE (automation_id, person_id, entry_key)

cortex.automation_runs automation_runs_pkey: PRIMARY KEY (id)

cortex.automation_runs automation_runs_status_check: CHECK ((status = ANY (ARRAY['active'::text, 'waiting'::text, 'completed'::text, 'exited'::text, 'failed'::text])))

cortex.automation_runs automation_runs_version_id_fkey: FOREIGN KEY (version_id) REFERENCES cortex.automation_versions(id)

cortex.automation_seen automation_seen_automation_id_fkey: FOREIGN KEY (automation_id) REFERENCES cortex.automations(id) ON DELETE CASCADE

cortex.automation_seen automation_seen_pkey: PRIMARY KEY (automation_id, person_id, entry_key)

cortex.automation_versions automation_versions_automation_id_fkey: FOREIGN KEY (automation_id) REFERENCES cortex.automations(id) ON DELETE CASCADE

cortex.automation_versions automation_versions_automation_id_number_key: UNIQUE (automation_id, number)

cortex.automation_versions automation_versions_pkey: PRIMARY KEY (id)

cortex.automations automations_pkey: PRIMARY KEY (id)

cortex.automations automations_status_check: CHECK ((status = ANY (ARRAY['draft'::text, 'live'::text, 'paused'::text, 'stopped'::text, 'archived'::text])))

cortex.backtests backtests_automation_id_fkey: FOREIGN KEY (automation_id) REFERENCES cortex.automations(id) ON DELETE CASCADE

cortex.backtests backtests_pkey: PRIMARY KEY (id)

cortex.backtests backtests_status_check: CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))

cortex.broadcast_batches broadcast_batches_pkey: PRIMARY KEY (broadcast_id, batch_id)

cortex.broadcast_clicks broadcast_clicks_pkey: PRIMARY KEY (id)

cortex.broadcast_domains broadcast_domains_pkey: PRIMARY KEY (broadcast_id, domain)

cortex.broadcast_exclusions broadcast_exclusions_pkey: PRIMARY KEY (broadcast_id, person_id)

cortex.broadcast_links broadcast_links_pkey: PRIMARY KEY (broadcast_id, id)

cortex.broadcast_outcomes broadcast_outcomes_outcome_check: CHECK ((outcome = ANY (ARRAY['opened'::text, 'clicked'::text, 'bounced'::text, 'complained'::text, 'unsubscribed'::text])))

cortex.broadcast_outcomes broadcast_outcomes_pkey: PRIMARY KEY (broadcast_id, outcome, domain, message_id)

cortex.broadcast_rehearsals broadcast_rehearsals_broadcast_id_fkey: FOREIGN KEY (broadcast_id) REFERENCES cortex.broadcasts(id) ON DELETE CASCADE

cortex.broadcast_rehearsals broadcast_rehearsals_broadcast_id_key: UNIQUE (broadcast_id)

cortex.broadcast_rehearsals broadcast_rehearsals_pkey: PRIMARY KEY (id)

cortex.broadcast_rehearsals broadcast_rehearsals_status_check: CHECK ((status = ANY (ARRAY['running'::text, 'completed'::text, 'failed'::text])))

cortex.broadcast_rests broadcast_rests_pkey: PRIMARY KEY (broadcast_id, state, message_id)

cortex.broadcast_rests broadcast_rests_state_check: CHECK ((state = ANY (ARRAY['skipped'::text, 'failed'::text, 'uncertain'::text, 'unknown'::text, 'cancelled'::text])))

cortex.broadcast_results broadcast_results_pkey: PRIMARY KEY (broadcast_id)

cortex.broadcast_turns broadcast_turns_pkey: PRIMARY KEY (broadcast_id, due_after, message_id)

cortex.broadcasts broadcasts_content_id_fkey: FOREIGN KEY (content_id) REFERENCES cortex.mail_contents(id)

cortex.broadcasts broadcasts_editor_check: CHECK ((editor = ANY (ARRAY['html'::text, 'mjml'::text, 'unlayer'::text])))

cortex.broadcasts broadcasts_pkey: PRIMARY KEY (id)

cortex.broadcasts broadcasts_status_check: CHECK ((status = ANY (ARRAY['draft'::text, 'scheduled'::text, 'preparing'::text, 'sending'::text, 'paused'::text, 'sent'::text, 'failed'::text, 'cancelled'::text])))

cortex.bulk_changes bulk_changes_job_id_fkey: FOREIGN KEY (job_id) REFERENCES cortex.jobs(id) ON DELETE CASCADE

cortex.bulk_changes bulk_changes_kind_check: CHECK ((kind = ANY (ARRAY['customer'::text, 'lead'::text, 'member'::text])))

cortex.bulk_changes bulk_changes_pkey: PRIMARY KEY (job_id, ord)

cortex.contact_action_effects contact_action_effects_action_id_fkey: FOREIGN KEY (action_id) REFERENCES cortex.contact_actions(id) ON DELETE CASCADE

cortex.contact_action_effects contact_action_effects_pkey: PRIMARY KEY (action_id, ord)

cortex.contact_action_effects contact_action_effects_state_check: CHECK ((state = ANY (ARRAY['waiting'::text, 'begun'::text, 'done'::text, 'not_needed'::text, 'failed'::text, 'unclear'::text])))

cortex.contact_actions contact_actions_pkey: PRIMARY KEY (id)

cortex.contact_actions contact_actions_state_check: CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'partly'::text, 'failed'::text])))

cortex.contact_notes contact_notes_pkey: PRIMARY KEY (id)

cortex.customer_password_links customer_password_links_pkey: PRIMARY KEY (profile_id)

cortex.customer_password_links customer_password_links_purpose_check: CHECK ((purpose = ANY (ARRAY['welcome'::text, 'reset'::text])))

cortex.customer_password_links customer_password_links_token_hash_key: UNIQUE (token_hash)

cortex.demo_rows demo_rows_pkey: PRIMARY KEY (kind, id)

cortex.different_people different_people_check: CHECK ((person_id < other_id))

cortex.different_people different_people_pkey: PRIMARY KEY (person_id, other_id)

cortex.directory_views directory_views_owner_id_fkey: FOREIGN KEY (owner_id) REFERENCES cortex_staff."user"(id) ON DELETE SET NULL

cortex.directory_views directory_views_pkey: PRIMARY KEY (id)

cortex.entered_by_jobs entered_by_jobs_job_id_fkey: FOREIGN KEY (job_id) REFERENCES cortex.jobs(id) ON DELETE CASCADE

cortex.entered_by_jobs entered_by_jobs_pkey: PRIMARY KEY (job_id, run_id)

cortex.entry_clocks entry_clocks_automation_id_fkey: FOREIGN KEY (automation_id) REFERENCES cortex.automations(id) ON DELETE CASCADE

cortex.entry_clocks entry_clocks_pkey: PRIMARY KEY (automation_id)

cortex.entry_queue entry_queue_pkey: PRIMARY KEY (automation_id, occasion, person_id)

cortex.entry_rounds entry_rounds_automation_id_fkey: FOREIGN KEY (automation_id) REFERENCES cortex.automations(id) ON DELETE CASCADE

cortex.entry_rounds entry_rounds_pkey: PRIMARY KEY (automation_id, occasion)

cortex.erased_addresses erased_addresses_pkey: PRIMARY KEY (hash)

cortex.erasure_salt erasure_salt_one_check: CHECK (one)

cortex.erasure_salt erasure_salt_pkey: PRIMARY KEY (one)

cortex.experiment_results experiment_results_pkey: PRIMARY KEY (version_id, node_id)

cortex.experiment_results experiment_results_version_id_fkey: FOREIGN KEY (version_id) REFERENCES cortex.automation_versions(id) ON DELETE CASCADE

cortex.file_parts file_parts_file_id_fkey: FOREIGN KEY (file_id) REFERENCES cortex.files(id) ON DELETE CASCADE

cortex.file_parts file_parts_pkey: PRIMARY KEY (file_id, part)

cortex.files files_pkey: PRIMARY KEY (id)

cortex.former_ids former_ids_pkey: PRIMARY KEY (id)

cortex.heartbeat heartbeat_one_check: CHECK (one)

cortex.heartbeat heartbeat_pkey: PRIMARY KEY (one)

cortex.import_changes import_changes_job_id_fkey: FOREIGN KEY (job_id) REFERENCES cortex.jobs(id) ON DELETE CASCADE

cortex.import_changes import_changes_kind_check: CHECK ((kind = ANY (ARRAY['customer'::text, 'lead'::text])))

cortex.import_changes import_changes_pkey: PRIMARY KEY (job_id, ord)

cortex.import_mappings import_mappings_pkey: PRIMARY KEY (headers)

cortex.inbound_samples inbound_samples_pkey: PRIMARY KEY (id)

cortex.inbound_samples inbound_samples_source_id_fkey: FOREIGN KEY (source_id) REFERENCES cortex.inbound_sources(id) ON DELETE CASCADE

cortex.inbound_sources inbound_sources_pkey: PRIMARY KEY (id)

cortex.inbound_sources inbound_sources_token_hash_key: UNIQUE (token_hash)

cortex.inbox_failures inbox_failures_pkey: PRIMARY KEY (activity_id)

cortex.jobs jobs_pkey: PRIMARY KEY (id)

cortex.jobs jobs_smart_list_id_fkey: FOREIGN KEY (smart_list_id) REFERENCES public.crm_smart_lists(id) ON DELETE CASCADE

cortex.jobs jobs_status_check: CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))

cortex.known_names known_names_kind_check: CHECK ((kind = ANY (ARRAY['first'::text, 'last'::text])))

cortex.lead_owners lead_owners_pkey: PRIMARY KEY (lead_id)

cortex.link_proofs link_proofs_pkey: PRIMARY KEY (message_id)

cortex.list_keeping list_keeping_pkey: PRIMARY KEY (smart_list_id)

cortex.list_keeping list_keeping_smart_list_id_fkey: FOREIGN KEY (smart_list_id) REFERENCES public.crm_smart_lists(id) ON DELETE CASCADE

cortex.list_keeping list_keeping_state_check: CHECK ((state = ANY (ARRAY['stale'::text, 'kept'::text, 'failed'::text])))

cortex.list_members list_members_pkey: PRIMARY KEY (smart_list_id, person_id)

cortex.list_members list_members_smart_list_id_fkey: FOREIGN KEY (smart_list_id) REFERENCES public.crm_smart_lists(id) ON DELETE CASCADE

cortex.list_touched list_touched_pkey: PRIMARY KEY (seq)

cortex.list_touched list_touched_what_check: CHECK ((what = ANY (ARRAY['person'::text, 'enrollment'::text, 'static'::text, 'any'::text])))

cortex.mail_blocks mail_blocks_pkey: PRIMARY KEY (id)

cortex.mail_contents mail_contents_hash_key: UNIQUE (hash)

cortex.mail_contents mail_contents_pkey: PRIMARY KEY (id)

cortex.media media_content_type_check: CHECK ((content_type = ANY (ARRAY['image/jpeg'::text, 'image/png'::text, 'image/gif'::text])))

cortex.media media_name_key: UNIQUE (name)

cortex.media media_pkey: PRIMARY KEY (id)

cortex.media_data media_data_media_id_fkey: FOREIGN KEY (media_id) REFERENCES cortex.media(id) ON DELETE CASCADE

cortex.media_data media_data_pkey: PRIMARY KEY (media_id)

cortex.messages messages_content_id_fkey: FOREIGN KEY (content_id) REFERENCES cortex.mail_contents(id)

cortex.messages messages_dedupe_key_key: UNIQUE (dedupe_key)

cortex.messages messages_pkey: PRIMARY KEY (id)

cortex.messages messages_state_check: CHECK ((state = ANY (ARRAY['queued'::text, 'submitting'::text, 'sent'::text, 'skipped'::text, 'failed'::text, 'uncertain'::text, 'unknown'::text, 'cancelled'::text])))

cortex.messages messages_stream_check: CHECK ((stream = ANY (ARRAY['broadcast'::text, 'transactional'::text])))

cortex.migration_files migration_files_pkey: PRIMARY KEY (name)

cortex.migrations PK_8c82d7f526340ab734260ea46be: PRIMARY KEY (id)

cortex.monitor_ticks monitor_ticks_automation_id_fkey: FOREIGN KEY (automation_id) REFERENCES cortex.automations(id) ON DELETE CASCADE

cortex.monitor_ticks monitor_ticks_pkey: PRIMARY KEY (automation_id, node_id)

cortex.order_hints order_hints_kind_check: CHECK ((kind = ANY (ARRAY['order'::text, 'customer'::text])))

cortex.order_hints order_hints_pkey: PRIMARY KEY (id)

cortex.order_sightings order_sightings_pkey: PRIMARY KEY (external_id)

cortex.order_sources order_sources_pkey: PRIMARY KEY (source)

cortex.order_sources order_sources_source_check: CHECK ((source = ANY (ARRAY['stripe'::text, 'shop'::text, 'shopify'::text])))

cortex.outgoing outgoing_pkey: PRIMARY KEY (stream, created_at, message_id)

cortex.pending pending_pkey: PRIMARY KEY (id)

cortex.people people_address_key: UNIQUE (address)

cortex.people people_consent_by_check: CHECK ((consent_by = ANY (ARRAY['person'::text, 'staff'::text, 'system'::text, 'import'::text])))

cortex.people people_consent_status_check: CHECK ((consent_status = ANY (ARRAY['unknown'::text, 'subscribed'::text, 'pending'::text, 'unsubscribed'::text])))

cortex.people people_pkey: PRIMARY KEY (person_id)

cortex.people people_type_check: CHECK ((type = ANY (ARRAY['customer'::text, 'lead'::text])))

cortex.person_links person_links_check: CHECK ((person_id <> into_person_id))

cortex.person_links person_links_into_person_id_fkey: FOREIGN KEY (into_person_id) REFERENCES cortex.people(person_id)

cortex.person_links person_links_person_id_fkey: FOREIGN KEY (person_id) REFERENCES cortex.people(person_id)

cortex.person_links person_links_pkey: PRIMARY KEY (person_id)

cortex.person_merges person_merges_pkey: PRIMARY KEY (person_id)

cortex.presence presence_automation_id_fkey: FOREIGN KEY (automation_id) REFERENCES cortex.automations(id) ON DELETE CASCADE

cortex.presence presence_pkey: PRIMARY KEY (automation_id, tab)

cortex.presence presence_user_id_fkey: FOREIGN KEY (user_id) REFERENCES cortex_staff."user"(id) ON DELETE CASCADE

cortex.refused_orders refused_orders_pkey: PRIMARY KEY (source, external_id)

cortex.rehearsed_mails rehearsed_mails_pkey: PRIMARY KEY (rehearsal_id, hash)

cortex.rehearsed_mails rehearsed_mails_rehearsal_id_fkey: FOREIGN KEY (rehearsal_id) REFERENCES cortex.broadcast_rehearsals(id) ON DELETE CASCADE

cortex.removals_at_postmark removals_at_postmark_pkey: PRIMARY KEY (id)

cortex.report_days report_days_pkey: PRIMARY KEY (stream, day)

cortex.report_days report_days_stream_check: CHECK ((stream = ANY (ARRAY['broadcast'::text, 'transactional'::text])))

cortex.request_keys request_keys_pkey: PRIMARY KEY (caller, key)

cortex.retention_places retention_places_kind_fkey: FOREIGN KEY (kind) REFERENCES cortex.retention_rounds(kind) ON DELETE CASCADE

cortex.retention_places retention_places_pkey: PRIMARY KEY (kind, place)

cortex.retention_rounds retention_rounds_pkey: PRIMARY KEY (kind)

cortex.reworded_mails reworded_mails_automation_id_fkey: FOREIGN KEY (automation_id) REFERENCES cortex.automations(id) ON DELETE CASCADE

cortex.reworded_mails reworded_mails_content_id_fkey: FOREIGN KEY (content_id) REFERENCES cortex.mail_contents(id)

cortex.reworded_mails reworded_mails_pkey: PRIMARY KEY (automation_id, node_id)

cortex.run_changes run_changes_pkey: PRIMARY KEY (seq)

cortex.run_changes run_changes_what_check: CHECK ((what = ANY (ARRAY['person'::text, 'enrollment'::text, 'static_list'::text, 'setting'::text])))

cortex.secret_values secret_values_pkey: PRIMARY KEY (id)

cortex.secrets secrets_pkey: PRIMARY KEY (name)

cortex.send_batches send_batches_pkey: PRIMARY KEY (id)

cortex.senders senders_address_key: UNIQUE (address)

cortex.senders senders_pkey: PRIMARY KEY (id)

cortex.set_aside set_aside_pkey: PRIMARY KEY (address)

cortex.settings settings_attribution_days_check: CHECK (((attribution_days >= 1) AND (attribution_days <= 30)))

cortex.settings settings_mail_tracking_check: CHECK ((mail_tracking = ANY (ARRAY['postmark'::text, 'ours'::text, 'off'::text])))

cortex.settings settings_one_check: CHECK (one)

cortex.settings settings_pkey: PRIMARY KEY (one)

cortex.shopify_refunds shopify_refunds_pkey: PRIMARY KEY (refund_id)

cortex.sign_in_tries sign_in_tries_pkey: PRIMARY KEY (key)

cortex.sign_up_forms sign_up_forms_pkey: PRIMARY KEY (id)

cortex.sign_ups sign_ups_pkey: PRIMARY KEY (id)

cortex.source_minutes source_minutes_pkey: PRIMARY KEY (minute, source_id)

cortex.source_rejects source_rejects_pkey: PRIMARY KEY (id)

cortex.source_states source_states_pkey: PRIMARY KEY (source_id)

cortex.staff_invitations staff_invitations_pkey: PRIMARY KEY (id)

cortex.staff_invitations staff_invitations_role_check: CHECK ((role = ANY (ARRAY['viewer'::text, 'marketer'::text, 'support'::text, 'admin'::text])))

cortex.staff_invitations staff_invitations_token_hash_key: UNIQUE (token_hash)

cortex.staff_passkey_answers staff_passkey_answers_pkey: PRIMARY KEY (challenge)

cortex.staff_passkeys staff_passkeys_credential_id_key: UNIQUE (credential_id)

cortex.staff_passkeys staff_passkeys_pkey: PRIMARY KEY (id)

cortex.staff_passkeys staff_passkeys_staff_id_fkey: FOREIGN KEY (staff_id) REFERENCES cortex_staff."user"(id) ON DELETE CASCADE

cortex.staff_password_resets staff_password_resets_pkey: PRIMARY KEY (staff_id)

cortex.staff_password_resets staff_password_resets_staff_id_fkey: FOREIGN KEY (staff_id) REFERENCES cortex_staff."user"(id) ON DELETE CASCADE

cortex.staff_password_resets staff_password_resets_token_hash_key: UNIQUE (token_hash)

cortex.staff_recovery_codes staff_recovery_codes_pkey: PRIMARY KEY (staff_id, code_hash)

cortex.staff_recovery_codes staff_recovery_codes_staff_id_fkey: FOREIGN KEY (staff_id) REFERENCES cortex.staff_second_factors(staff_id) ON DELETE CASCADE

cortex.staff_second_factors staff_second_factors_pkey: PRIMARY KEY (staff_id)

cortex.staff_second_factors staff_second_factors_staff_id_fkey: FOREIGN KEY (staff_id) REFERENCES cortex_staff."user"(id) ON DELETE CASCADE

cortex.subscriber_days subscriber_days_pkey: PRIMARY KEY (day)

cortex.suppression_lifts suppression_lifts_pkey: PRIMARY KEY (address, stream, reason)

cortex.suppression_lifts suppression_lifts_reason_check: CHECK ((reason = ANY (ARRAY['hard_bounce'::text, 'spam_complaint'::text, 'manual'::text, 'inactive'::text])))

cortex.suppression_lifts suppression_lifts_stream_check: CHECK ((stream = ANY (ARRAY['broadcast'::text, 'transactional'::text])))

cortex.suppressions suppressions_address_stream_reason_key: UNIQUE (address, stream, reason)

cortex.suppressions suppressions_pkey: PRIMARY KEY (id)

cortex.suppressions suppressions_reason_check: CHECK ((reason = ANY (ARRAY['hard_bounce'::text, 'spam_complaint'::text, 'manual'::text, 'inactive'::text])))

cortex.suppressions suppressions_stream_check: CHECK ((stream = ANY (ARRAY['broadcast'::text, 'transactional'::text])))

cortex.template_versions template_versions_pkey: PRIMARY KEY (template_id, number)

cortex.template_versions template_versions_template_id_fkey: FOREIGN KEY (template_id) REFERENCES cortex.templates(id) ON DELETE CASCADE

cortex.templates templates_editor_check: CHECK ((editor = ANY (ARRAY['html'::text, 'mjml'::text, 'unlayer'::text])))

cortex.templates templates_pkey: PRIMARY KEY (id)

cortex.templates templates_stream_check: CHECK ((stream = ANY (ARRAY['broadcast'::text, 'transactional'::text])))

cortex.topic_choices topic_choices_pkey: PRIMARY KEY (person_id, topic_id)

cortex.topic_choices topic_choices_topic_id_fkey: FOREIGN KEY (topic_id) REFERENCES cortex.topics(id) ON DELETE CASCADE

cortex.topics topics_pkey: PRIMARY KEY (id)

cortex.touched sweep: TRIGGER DEFERRABLE INITIALLY DEFERRED

cortex.trigger_errors trigger_errors_pkey: PRIMARY KEY (id)

cortex.unsealed unsealed_pkey: PRIMARY KEY (place, id)

cortex.unsealed unsealed_place_check: CHECK ((place = ANY (ARRAY['draft'::text, 'version'::text, 'operations'::text, 'backtest'::text, 'call'::text, 'signing'::text])))

cortex.uses uses_pkey: PRIMARY KEY (user_kind, user_id, used_kind, used_id)

cortex.visitors visitors_pkey: PRIMARY KEY (anonymous_id)

cortex.webhook_calls webhook_calls_pkey: PRIMARY KEY (id)

cortex.webhook_calls webhook_calls_run_id_fkey: FOREIGN KEY (run_id) REFERENCES cortex.automation_runs(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED

cortex.webhook_calls webhook_calls_run_id_node_id_visit_key: UNIQUE (run_id, node_id, visit)

cortex.webhook_calls webhook_calls_state_check: CHECK ((state = ANY (ARRAY['queued'::text, 'given'::text, 'delivered'::text, 'dead'::text])))

cortex.webhook_events webhook_events_pkey: PRIMARY KEY (key)

cortex.webhook_secrets webhook_secrets_pkey: PRIMARY KEY (id)

cortex.write_key_days write_key_days_key_id_fkey: FOREIGN KEY (key_id) REFERENCES cortex.api_keys(id) ON DELETE CASCADE

cortex.write_key_days write_key_days_pkey: PRIMARY KEY (key_id, day)

cortex.zone_corrections zone_corrections_check: CHECK ((cardinality(offsets) = (cardinality(starts) + 1)))

cortex.zone_corrections zone_corrections_pkey: PRIMARY KEY (zone)

cortex_customers.account account_pkey: PRIMARY KEY (id)

cortex_customers.account account_userId_fkey: FOREIGN KEY ("userId") REFERENCES cortex_customers."user"(id) ON DELETE CASCADE

cortex_customers.account account_userId_providerId_key: UNIQUE ("userId", "providerId")

cortex_customers.session session_pkey: PRIMARY KEY (id)

cortex_customers.session session_token_key: UNIQUE (token)

cortex_customers.session session_userId_fkey: FOREIGN KEY ("userId") REFERENCES cortex_customers."user"(id) ON DELETE CASCADE

cortex_customers."user" user_pkey: PRIMARY KEY (id)

cortex_customers.verification verification_pkey: PRIMARY KEY (id)

cortex_staff.account account_pkey: PRIMARY KEY (id)

cortex_staff.account account_userId_fkey: FOREIGN KEY ("userId") REFERENCES cortex_staff."user"(id) ON DELETE CASCADE

cortex_staff."rateLimit" rateLimit_key_key: UNIQUE (key)

cortex_staff."rateLimit" rateLimit_pkey: PRIMARY KEY (id)

cortex_staff.session session_pkey: PRIMARY KEY (id)

cortex_staff.session session_token_key: UNIQUE (token)

cortex_staff.session session_userId_fkey: FOREIGN KEY ("userId") REFERENCES cortex_staff."user"(id) ON DELETE CASCADE

cortex_staff."user" user_email_key: UNIQUE (email)

cortex_staff."user" user_pkey: PRIMARY KEY (id)

cortex_staff.verification verification_pkey: PRIMARY KEY (id)

public.courses courses_pkey: PRIMARY KEY (id)

public.crm_smart_lists crm_smart_lists_check: CHECK (((kind = 'static'::text) OR (rules IS NOT NULL)))

public.crm_smart_lists crm_smart_lists_kind_check: CHECK ((kind = ANY (ARRAY['rules'::text, 'static'::text])))

public.crm_smart_lists crm_smart_lists_pkey: PRIMARY KEY (id)

public.email_jobs email_jobs_kind_check: CHECK ((kind = ANY (ARRAY['broadcast'::text, 'automation'::text, 'transactional'::text])))

public.email_jobs email_jobs_kind_stream_hour_broadcast_id_key: UNIQUE NULLS NOT DISTINCT (kind, stream, hour, broadcast_id)

public.email_jobs email_jobs_pkey: PRIMARY KEY (id)

public.email_jobs email_jobs_status_check: CHECK ((status = ANY (ARRAY['queued'::text, 'processing'::text, 'paused'::text, 'sent'::text, 'failed'::text, 'cancelled'::text])))

public.email_jobs email_jobs_stream_check: CHECK ((stream = ANY (ARRAY['broadcast'::text, 'transactional'::text])))

public.enrollments enrollments_course_id_fkey: FOREIGN KEY (course_id) REFERENCES public.courses(id)

public.enrollments enrollments_lead_id_fkey: FOREIGN KEY (lead_id) REFERENCES public.purchase_leads(id) ON DELETE SET NULL

public.enrollments enrollments_pkey: PRIMARY KEY (id)

public.enrollments enrollments_profile_id_fkey: FOREIGN KEY (profile_id) REFERENCES public.unified_profiles(id) ON DELETE CASCADE

public.enrollments enrollments_status_check: CHECK ((status = ANY (ARRAY['active'::text, 'cancelled'::text, 'completed'::text])))

public.enrollments enrollments_transaction_id_fkey: FOREIGN KEY (transaction_id) REFERENCES public.transactions(id) ON DELETE SET NULL

public.purchase_leads purchase_leads_course_id_fkey: FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE SET NULL

public.purchase_leads purchase_leads_external_id_key: UNIQUE (external_id)

public.purchase_leads purchase_leads_pkey: PRIMARY KEY (id)

public.transactions transactions_external_id_key: UNIQUE (external_id)

public.transactions transactions_pkey: PRIMARY KEY (id)

public.transactions transactions_profile_id_fkey: FOREIGN KEY (profile_id) REFERENCES public.unified_profiles(id) ON DELETE CASCADE

public.transactions transactions_refund_fits: CHECK ((refunded_minor <= GREATEST(amount_minor, (0)::bigint))) NOT VALID

public.transactions transactions_status_check: CHECK ((status = ANY (ARRAY['paid'::text, 'refunded'::text, 'partly_refunded'::text, 'failed'::text])))

public.unified_profiles unified_profiles_email_key: UNIQUE (email)

public.unified_profiles unified_profiles_pkey: PRIMARY KEY (id)

-- indexes

CREATE INDEX activity_inbox_person ON cortex.activity_inbox USING btree (person_id, occurred_at, seq)

CREATE UNIQUE INDEX attention_open ON cortex.attention USING btree (key) WHERE (closed_at IS NULL)

CREATE INDEX audit_at ON cortex.audit USING btree (at DESC, id)

CREATE INDEX audit_by_seal ON cortex.audit USING btree (seal, id) WHERE (seal IS NOT NULL)

CREATE INDEX audit_unsealed ON cortex.audit USING btree (id) WHERE (seal IS NULL)

CREATE INDEX automation_hour_changes_automation ON cortex.automation_hour_changes USING btree (automation_id)

CREATE INDEX automation_run_steps_entered ON cortex.automation_run_steps USING brin (entered_at) WITH (pages_per_range='32', autosummarize='on')

CREATE INDEX automation_run_steps_left ON cortex.automation_run_steps USING brin (left_at) WITH (pages_per_range='32', autosummarize='on')

CREATE INDEX automation_run_steps_of_node ON cortex.automation_run_steps USING btree (node_id, entered_at, run_id, visit)

CREATE INDEX automation_runs_by_status ON cortex.automation_runs USING btree (automation_id, status, entered_at DESC, id DESC)

CREATE INDEX automation_runs_by_step ON cortex.automation_runs USING btree (automation_id, node_id, status, entered_at DESC, id DESC)

CREATE INDEX automation_runs_due ON cortex.automation_runs USING btree (automation_id, wake_at) WHERE ((status = ANY (ARRAY['active'::text, 'waiting'::text])) AND (wake_at IS NOT NULL))

CREATE INDEX automation_runs_lead ON cortex.automation_runs USING btree (automation_id, lead_id) WHERE (lead_id IS NOT NULL)

CREATE INDEX automation_runs_list ON cortex.automation_runs USING btree (automation_id, entered_at DESC, id)

CREATE INDEX automation_runs_open ON cortex.automation_runs USING btree (person_id) WHERE (status = ANY (ARRAY['active'::text, 'waiting'::text]))

CREATE INDEX automation_runs_person ON cortex.automation_runs USING btree (person_id, entered_at DESC)

CREATE INDEX automation_runs_status ON cortex.automation_runs USING btree (automation_id, status, entered_at DESC, id)

CREATE INDEX automation_runs_version ON cortex.automation_runs USING btree (version_id, status)

CREATE INDEX automation_runs_waiting ON cortex.automation_runs USING btree (person_id, waiting_for) WHERE ((status = 'waiting'::text) AND (waiting_for IS NOT NULL))

CREATE INDEX automation_seen_key ON cortex.automation_seen USING btree (automation_id, entry_key) INCLUDE (person_id) WHERE (entry_key <> 'once'::text)

CREATE INDEX backtests_of_automation ON cortex.backtests USING btree (automation_id, id DESC)

CREATE INDEX backtests_open ON cortex.backtests USING btree (id) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]))

CREATE INDEX broadcast_clicks_device ON cortex.broadcast_clicks USING btree (broadcast_id, COALESCE(device, 'unknown'::text), message_id) WHERE (NOT machine)

CREATE INDEX broadcast_clicks_message ON cortex.broadcast_clicks USING btree (message_id, at)

CREATE INDEX broadcast_clicks_people ON cortex.broadcast_clicks USING btree (broadcast_id, link_id, message_id) WHERE (NOT machine)

CREATE INDEX broadcast_exclusions_person ON cortex.broadcast_exclusions USING btree (person_id)

CREATE INDEX broadcast_rehearsals_running ON cortex.broadcast_rehearsals USING btree (id) WHERE (status = 'running'::text)

CREATE INDEX broadcast_results_due ON cortex.broadcast_results USING btree (measure_at) WHERE (measure_at IS NOT NULL)

CREATE INDEX broadcasts_busy ON cortex.broadcasts USING btree (status) WHERE (status = ANY (ARRAY['preparing'::text, 'sending'::text]))

CREATE INDEX broadcasts_changed ON cortex.broadcasts USING btree (updated_at DESC, id DESC)

CREATE INDEX broadcasts_due ON cortex.broadcasts USING btree (scheduled_at) WHERE (status = 'scheduled'::text)

CREATE INDEX broadcasts_settle ON cortex.broadcasts USING btree (settle_at) WHERE (settle_at IS NOT NULL)

CREATE INDEX broadcasts_turns_kept ON cortex.broadcasts USING btree (id) WHERE turns_kept

CREATE INDEX bulk_changes_record ON cortex.bulk_changes USING btree (record_id)

CREATE INDEX contact_actions_enrollment ON cortex.contact_actions USING btree (((plan #>> '{enrollment,id}'::text[])), id) WHERE (action = ANY (ARRAY['revoke_access'::text, 'restore_access'::text]))

CREATE INDEX contact_actions_person ON cortex.contact_actions USING btree (person_id, id DESC)

CREATE INDEX contact_actions_running ON cortex.contact_actions USING btree (resume_at) WHERE (state = 'running'::text)

CREATE INDEX contact_notes_person ON cortex.contact_notes USING btree (person_id, written_at, id)

CREATE INDEX crm_activities_default_anonymous_id_occurred_at_idx ON cortex.crm_activities_default USING btree (anonymous_id, occurred_at) WHERE ((person_id IS NULL) AND (anonymous_id IS NOT NULL))

CREATE INDEX crm_activities_default_person_id_occurred_at_id_idx ON cortex.crm_activities_default USING btree (person_id, occurred_at DESC, id DESC)

CREATE INDEX crm_activities_default_type_occurred_at_person_id_idx ON cortex.crm_activities_default USING btree (type, occurred_at, person_id)

CREATE INDEX different_people_other ON cortex.different_people USING btree (other_id)

CREATE INDEX directory_views_owner ON cortex.directory_views USING btree (owner_id)

CREATE INDEX directory_views_shared ON cortex.directory_views USING btree (shared, name, id) WHERE shared

CREATE INDEX files_expiring ON cortex.files USING btree (expires_at)

CREATE INDEX former_ids_person ON cortex.former_ids USING btree (person_id)

CREATE INDEX inbound_samples_of ON cortex.inbound_samples USING btree (source_id, id)

CREATE INDEX inbox_failures_due ON cortex.inbox_failures USING btree (next_try_at) WHERE (next_try_at IS NOT NULL)

CREATE INDEX jobs_queued ON cortex.jobs USING btree (created_at, id) WHERE (status = 'queued'::text)

CREATE INDEX jobs_running ON cortex.jobs USING btree (moved_at, id) WHERE (status = 'running'::text)

CREATE INDEX known_names_name ON cortex.known_names USING btree (name, kind)

CREATE INDEX known_names_near ON cortex.known_names USING gin (near, name public.gin_trgm_ops)

CREATE INDEX lead_owners_profile ON cortex.lead_owners USING btree (profile_id)

CREATE INDEX link_proofs_used ON cortex.link_proofs USING btree (used_at)

CREATE INDEX list_members_person ON cortex.list_members USING btree (person_id)

CREATE INDEX mail_contents_by_template ON cortex.mail_contents USING btree (template_id, template_version) WHERE (template_id IS NOT NULL)

CREATE INDEX messages_created ON cortex.messages USING brin (created_at) WITH (pages_per_range='32')

CREATE INDEX messages_of_broadcast ON cortex.messages USING btree (broadcast_id, id) WHERE (broadcast_id IS NOT NULL)

CREATE INDEX messages_of_step ON cortex.messages USING btree (automation_id, node_id, created_at, id) WHERE (automation_id IS NOT NULL)

CREATE INDEX messages_person ON cortex.messages USING btree (person_id, created_at DESC)

CREATE INDEX messages_step ON cortex.messages USING btree (run_id, node_id, visit) WHERE (run_id IS NOT NULL)

CREATE INDEX order_sightings_buyer ON cortex.order_sightings USING btree (source, buyer) WHERE (buyer IS NOT NULL)

CREATE INDEX outgoing_due ON cortex.outgoing USING btree (stream, COALESCE(not_before, created_at), message_id)

CREATE INDEX outgoing_of_broadcast ON cortex.outgoing USING btree (broadcast_id, COALESCE(not_before, created_at)) WHERE (broadcast_id IS NOT NULL)

CREATE INDEX pending_address ON cortex.pending USING btree (address)

CREATE INDEX pending_recount ON cortex.pending USING btree (attempts) WHERE recount

CREATE INDEX pending_turn ON cortex.pending USING btree (attempts, id)

CREATE INDEX people_address_hash ON cortex.people USING hash (address)

CREATE INDEX people_in_order ON cortex.people USING btree (created_at, person_id) WHERE (type IS NOT NULL)

CREATE INDEX people_last_name ON cortex.people USING btree (cortex.fold(last_name) COLLATE "C", created_at DESC, person_id DESC) INCLUDE (last_name) WHERE ((type IS NOT NULL) AND (octet_length(last_name) <= 400))

CREATE INDEX people_name ON cortex.people USING btree ("left"(name_folded, 100) COLLATE "C", person_id) WHERE (type IS NOT NULL)

CREATE INDEX people_public_id ON cortex.people USING btree (id) WHERE (id IS NOT NULL)

CREATE INDEX people_search ON cortex.people USING gin (address public.gin_trgm_ops, name_folded public.gin_trgm_ops)

CREATE INDEX people_tags ON cortex.people USING gin (tags_folded)

CREATE INDEX person_links_into ON cortex.person_links USING btree (into_person_id)

CREATE INDEX person_merges_due ON cortex.person_merges USING btree (merged_at) WHERE (followed < 2)

CREATE INDEX person_merges_into ON cortex.person_merges USING btree (into_person_id)

CREATE INDEX presence_seen ON cortex.presence USING btree (seen_at)

CREATE INDEX presence_user ON cortex.presence USING btree (user_id)

CREATE INDEX provider_ids_hash ON cortex.provider_ids USING btree (hash)

CREATE INDEX removals_at_postmark_open ON cortex.removals_at_postmark USING btree (next_try_at) WHERE (done_at IS NULL)

CREATE INDEX request_keys_age ON cortex.request_keys USING btree (created_at)

CREATE INDEX send_batches_open ON cortex.send_batches USING btree (claimed_at) WHERE (settled_at IS NULL)

CREATE INDEX send_batches_unknown ON cortex.send_batches USING btree (claimed_at) WHERE (outcome = 'unknown'::text)

CREATE INDEX shopify_refunds_of ON cortex.shopify_refunds USING btree (order_id)

CREATE INDEX sign_in_tries_by_age ON cortex.sign_in_tries USING btree (last_at)

CREATE INDEX sign_ups_address ON cortex.sign_ups USING btree (address, created_at)

CREATE INDEX sign_ups_addresses ON cortex.sign_ups USING btree (created_at) WHERE (ip IS NOT NULL)

CREATE INDEX sign_ups_created ON cortex.sign_ups USING btree (created_at)

CREATE INDEX sign_ups_form ON cortex.sign_ups USING btree (form_id)

CREATE INDEX sign_ups_message ON cortex.sign_ups USING btree (message_id) WHERE (message_id IS NOT NULL)

CREATE INDEX sign_ups_network ON cortex.sign_ups USING btree (network, created_at)

CREATE INDEX sign_ups_open ON cortex.sign_ups USING btree (created_at) WHERE (handled_at IS NULL)

CREATE INDEX source_rejects_of ON cortex.source_rejects USING btree (source_id, id)

CREATE INDEX staff_passkeys_by_staff ON cortex.staff_passkeys USING btree (staff_id)

CREATE INDEX topic_choices_topic ON cortex.topic_choices USING btree (topic_id)

CREATE INDEX touched_txid ON cortex.touched USING btree (txid)

CREATE INDEX uses_used ON cortex.uses USING btree (used_kind, used_id)

CREATE INDEX visitors_person ON cortex.visitors USING btree (person_id)

CREATE INDEX webhook_calls_automation ON cortex.webhook_calls USING btree (automation_id, created_at DESC, id)

CREATE INDEX webhook_calls_list ON cortex.webhook_calls USING btree (state, created_at DESC, id)

CREATE INDEX webhook_calls_person ON cortex.webhook_calls USING btree (person_id)

CREATE INDEX webhook_calls_queued ON cortex.webhook_calls USING btree (created_at) WHERE (state = 'queued'::text)

CREATE INDEX webhook_events_message ON cortex.webhook_events USING btree (message_id) WHERE (message_id IS NOT NULL)

CREATE UNIQUE INDEX webhook_secrets_current ON cortex.webhook_secrets USING btree ((true)) WHERE (ends_at IS NULL)

CREATE INDEX session_by_user ON cortex_customers.session USING btree ("userId")

CREATE INDEX account_user ON cortex_staff.account USING btree ("userId")

CREATE INDEX session_by_user ON cortex_staff.session USING btree ("userId")

CREATE INDEX verification_identifier ON cortex_staff.verification USING btree (identifier)

CREATE INDEX crm_activities_anonymous ON ONLY public.crm_activities USING btree (anonymous_id, occurred_at) WHERE ((person_id IS NULL) AND (anonymous_id IS NOT NULL))

CREATE INDEX crm_activities_person ON ONLY public.crm_activities USING btree (person_id, occurred_at DESC, id DESC)

CREATE INDEX crm_activities_type ON ONLY public.crm_activities USING btree (type, occurred_at, person_id)

CREATE INDEX enrollments_lead ON public.enrollments USING btree (lead_id) WHERE (lead_id IS NOT NULL)

CREATE INDEX enrollments_profile ON public.enrollments USING btree (profile_id, course_id, created_at)

CREATE INDEX purchase_leads_address ON public.purchase_leads USING btree (cortex.address(email) COLLATE "C", created_at DESC, id DESC)

CREATE INDEX purchase_leads_created ON public.purchase_leads USING btree (created_at, id)

CREATE INDEX transactions_profile ON public.transactions USING btree (profile_id, occurred_at)

CREATE INDEX unified_profiles_address ON public.unified_profiles USING btree (cortex.address(email) COLLATE "C", created_at, id)

-- views

cortex.automation_totals as
 SELECT automation_id,
    what,
    node_id,
    state,
    detail,
    (sum(n))::integer AS n
   FROM ( SELECT automation_counts.automation_id,
            automation_counts.what,
            automation_counts.node_id,
            automation_counts.state,
            automation_counts.detail,
            automation_counts.n
           FROM cortex.automation_counts
        UNION ALL
         SELECT automation_hour_changes.automation_id,
            automation_hour_changes.what,
            automation_hour_changes.node_id,
            automation_hour_changes.state,
            automation_hour_changes.detail,
            automation_hour_changes.n
           FROM cortex.automation_hour_changes) both_of
  GROUP BY automation_id, what, node_id, state, detail
 HAVING (sum(n) <> (0)::numeric);

cortex.directory_definition as
 SELECT p.address,
    p.id,
    p.email,
    'customer'::text AS type,
    p.first_name,
    p.last_name,
    p.phone,
    p.country,
    p.timezone,
    p.language,
    cortex.plain_tags(p.tags) AS tags,
    cortex.plain_attributes(p.attributes) AS attributes,
    p.created_at,
    (( SELECT LEAST(GREATEST(COALESCE(sum(
                CASE t.status
                    WHEN 'failed'::text THEN (0)::numeric
                    WHEN 'refunded'::text THEN (0)::numeric
                    ELSE ((t.amount_minor)::numeric - (t.refunded_minor)::numeric)
                END), (0)::numeric), ('-9007199254740991'::bigint)::numeric), ('9007199254740991'::bigint)::numeric) AS "least"
           FROM public.transactions t
          WHERE ((t.profile_id = p.id) AND (upper((t.currency)::text) = (( SELECT s.currency
                   FROM cortex.settings s))::text))))::bigint AS lifetime_value_minor
   FROM ( SELECT DISTINCT ON ((cortex.address(u.email) COLLATE "C")) (cortex.address(u.email) COLLATE "C") AS address,
            u.id,
            u.email,
            u.first_name,
            u.last_name,
            u.phone,
            u.country,
            u.timezone,
            u.tags,
            u.attributes,
            u.created_at,
            u.updated_at,
            u.language
           FROM public.unified_profiles u
          WHERE ((cortex.address(u.email) COLLATE "C") IS NOT NULL)
          ORDER BY (cortex.address(u.email) COLLATE "C"), u.created_at, u.id) p
UNION ALL
 SELECT l.address,
    l.id,
    l.email,
    'lead'::text AS type,
    l.first_name,
    l.last_name,
    l.phone,
    l.country,
    l.timezone,
    l.language,
        CASE
            WHEN ('lead'::text = ANY (l.tags)) THEN cortex.plain_tags(l.tags)
            ELSE (cortex.plain_tags(l.tags) || 'lead'::text)
        END AS tags,
    cortex.plain_attributes(l.attributes) AS attributes,
    l.created_at,
    (0)::bigint AS lifetime_value_minor
   FROM ( SELECT DISTINCT ON ((cortex.address(u.email) COLLATE "C")) (cortex.address(u.email) COLLATE "C") AS address,
            u.id,
            u.email,
            u.first_name,
            u.last_name,
            u.phone,
            u.country,
            u.timezone,
            u.tags,
            u.course_id,
            u.external_id,
            u.source,
            u.attributes,
            u.created_at,
            u.updated_at,
            u.language
           FROM public.purchase_leads u
          WHERE (((cortex.address(u.email) COLLATE "C") IS NOT NULL) AND (NOT (EXISTS ( SELECT
                   FROM cortex.lead_owners o
                  WHERE ((o.lead_id = u.id) AND (o.address = (cortex.address(u.email) COLLATE "C")))))))
          ORDER BY (cortex.address(u.email) COLLATE "C"), u.created_at DESC, u.id DESC) l
  WHERE (NOT (EXISTS ( SELECT
           FROM public.unified_profiles u
          WHERE ((cortex.address(u.email) COLLATE "C") = l.address))));

public.view_directory_contacts as
 SELECT p.id,
    p.email,
    p.type,
    p.first_name,
    p.last_name,
    p.tags,
    p.person_id,
    p.address,
    p.phone,
    p.country,
    p.timezone,
    p.language,
    p.attributes,
    p.created_at,
    p.lifetime_value_minor,
    p.last_activity,
    p.consent_status,
    p.consent_source,
    p.consent_at,
    p.consent_text,
    p.suppressed_broadcast,
    p.suppressed_transactional,
    p.demo
   FROM cortex.people p
  WHERE ((p.type IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM cortex.pending q
          WHERE (q.address = p.address)))) AND (NOT (EXISTS ( SELECT
           FROM cortex.person_links k
          WHERE (k.person_id = p.person_id)))))
UNION ALL
 SELECT d.id,
    d.email,
    d.type,
    d.first_name,
    d.last_name,
    d.tags,
    p.person_id,
    q.address,
    d.phone,
    d.country,
    d.timezone,
    d.language,
    d.attributes,
    d.created_at,
    d.lifetime_value_minor,
    p.last_activity,
    COALESCE(p.consent_status, 'unknown'::text) AS consent_status,
    p.consent_source,
    p.consent_at,
    p.consent_text,
    COALESCE(p.suppressed_broadcast, false) AS suppressed_broadcast,
    COALESCE(p.suppressed_transactional, false) AS suppressed_transactional,
    COALESCE(p.demo, false) AS demo
   FROM ((( SELECT DISTINCT pending.address
           FROM cortex.pending) q
     CROSS JOIN LATERAL ( SELECT d_1.address,
            d_1.id,
            d_1.email,
            d_1.type,
            d_1.first_name,
            d_1.last_name,
            d_1.phone,
            d_1.country,
            d_1.timezone,
            d_1.language,
            d_1.tags,
            d_1.attributes,
            d_1.created_at,
            d_1.lifetime_value_minor
           FROM cortex.directory_definition d_1
          WHERE (d_1.address = q.address)
         LIMIT 1) d)
     LEFT JOIN cortex.people p ON ((p.address = q.address)))
  WHERE (NOT (EXISTS ( SELECT
           FROM cortex.person_links k
          WHERE (k.person_id = p.person_id))));

-- functions

CREATE OR REPLACE FUNCTION cortex.activities_from_enrollments()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
begin
  if tg_op = 'INSERT' then
    -- Brought in as cancelled: it began once, and it ended.
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    select u.email, u.id, e.type, cortex.enrollment_facts(n.id, n.course_id, n.lead_id, n.transaction_id) || cortex.cause(),
      e.at, 'trigger', p.person_id
    from new_rows n
    cross join lateral (select u.id, u.email from public.unified_profiles u where u.id = n.profile_id limit 1) u
    cross join lateral (
      select 'course.enrolled' as type, n.created_at as at
      union all
      select 'course.cancelled', greatest(n.updated_at, n.created_at) where n.status = 'cancelled'
    ) e
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(u.email) and (p.type is distinct from 'customer' or p.id = u.id) limit 1) p on true
    where u.email is not null;
  elsif tg_op = 'UPDATE' then
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    select u.email, u.id, case when n.status = 'cancelled' then 'course.cancelled' else 'course.enrolled' end,
      cortex.enrollment_facts(n.id, n.course_id, n.lead_id, n.transaction_id)
        || case when n.status = 'cancelled' then '{}' else '{"restored": true}'::jsonb end || cortex.cause(),
      case when n.updated_at is distinct from o.updated_at then n.updated_at else cortex.now() end, 'trigger', p.person_id
    from new_rows n
    join old_rows o on o.id = n.id
    cross join lateral (select u.id, u.email from public.unified_profiles u where u.id = n.profile_id limit 1) u
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(u.email) and (p.type is distinct from 'customer' or p.id = u.id) limit 1) p on true
    where u.email is not null and (n.status = 'cancelled') <> (o.status = 'cancelled');
  else
    -- A deleted enrollment is a lost one; deleted together with its profile it has nobody left to tell of.
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    select u.email, u.id, 'course.cancelled',
      cortex.enrollment_facts(o.id, o.course_id, o.lead_id, o.transaction_id) || '{"deleted": true}'::jsonb || cortex.cause(),
      cortex.now(), 'trigger', p.person_id
    from old_rows o
    cross join lateral (select u.id, u.email from public.unified_profiles u where u.id = o.profile_id limit 1) u
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(u.email) and (p.type is distinct from 'customer' or p.id = u.id) limit 1) p on true
    where u.email is not null and o.status <> 'cancelled';
  end if;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.activities_from_purchase_leads()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
begin
  if tg_op = 'INSERT' then
    -- Who writes history alone says so for the transaction: then what it causes is history too.
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id, history)
    select
      n.email, case when p.type = 'customer' then p.id end, 'lead.created',
      jsonb_strip_nulls(jsonb_build_object(
        'lead_id', n.id, 'course_id', n.course_id, 'course_title', c.title, 'amount_minor', c.price_minor,
        'currency', c.currency, 'external_id', n.external_id, 'source', n.source)) || cortex.cause(),
      n.created_at, 'trigger', p.person_id, current_setting('cortex.history', true) is not distinct from 'true'
    from new_rows n
    left join public.courses c on c.id = n.course_id
    left join lateral (
      select p.person_id, p.id, p.type from cortex.people p where p.address = cortex.address(n.email) limit 1) p on true
    where n.email is not null;
  else
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id, history)
    select
      coalesce(n.email, o.email), case when p.type = 'customer' then p.id end, 'contact.updated',
      jsonb_build_object('lead_id', n.id, 'changes', d.changes) || cortex.cause(),
      case when n.updated_at is distinct from o.updated_at then n.updated_at else cortex.now() end, 'trigger', p.person_id,
      current_setting('cortex.history', true) is not distinct from 'true'
    from new_rows n
    join old_rows o on o.id = n.id
    cross join lateral (
      select jsonb_object_agg(k.key, jsonb_build_object('old', k.old, 'new', k.new)) as changes
      from (values
        ('email', to_jsonb(o.email::text), to_jsonb(n.email::text)),
        ('first_name', to_jsonb(o.first_name), to_jsonb(n.first_name)),
        ('last_name', to_jsonb(o.last_name), to_jsonb(n.last_name)),
        ('phone', to_jsonb(o.phone), to_jsonb(n.phone)),
        ('country', to_jsonb(o.country), to_jsonb(n.country)),
        ('timezone', to_jsonb(o.timezone), to_jsonb(n.timezone)),
        ('language', to_jsonb(o.language), to_jsonb(n.language)),
        ('tags', to_jsonb(o.tags), to_jsonb(n.tags)),
        ('attributes', o.attributes, n.attributes),
        ('course_id', to_jsonb(o.course_id), to_jsonb(n.course_id))
      ) k (key, old, new)
      where k.old is distinct from k.new
    ) d
    left join lateral (
      select p.person_id, p.id, p.type from cortex.people p
      where p.address = cortex.lead_home(n.id, coalesce(n.email, o.email)) limit 1) p on true
    where d.changes is not null and coalesce(n.email, o.email) is not null;
  end if;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.activities_from_transactions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
begin
  if tg_op = 'INSERT' then
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    select u.email, u.id, e.type,
      jsonb_strip_nulls(jsonb_build_object(
        'transaction_id', n.id, 'external_id', n.external_id, 'amount_minor', e.amount_minor, 'currency', n.currency))
        || cortex.cause(),
      n.occurred_at, 'trigger', p.person_id
    from new_rows n
    cross join lateral (select u.id, u.email from public.unified_profiles u where u.id = n.profile_id limit 1) u
    cross join lateral (
      select 'order.paid' as type, n.amount_minor
      union all
      select 'order.refunded', case when n.status = 'refunded' then n.amount_minor else n.refunded_minor end
      where n.status = 'refunded' or n.refunded_minor > 0
    ) e
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(u.email) and (p.type is distinct from 'customer' or p.id = u.id) limit 1) p on true
    where u.email is not null and n.status <> 'failed';
  else
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    select u.email, u.id, e.type,
      jsonb_strip_nulls(jsonb_build_object(
        'transaction_id', n.id, 'external_id', n.external_id, 'amount_minor', e.amount_minor, 'currency', n.currency))
        || cortex.cause(),
      case when n.occurred_at is distinct from o.occurred_at then n.occurred_at else cortex.now() end, 'trigger', p.person_id
    from new_rows n
    join old_rows o on o.id = n.id
    cross join lateral (select u.id, u.email from public.unified_profiles u where u.id = n.profile_id limit 1) u
    cross join lateral (
      select
        case n.status when 'failed' then 0 when 'refunded' then n.amount_minor else n.refunded_minor end as refunded_now,
        case o.status when 'failed' then 0 when 'refunded' then o.amount_minor else o.refunded_minor end as refunded_before
    ) r
    cross join lateral (
      select 'order.paid' as type, n.amount_minor where o.status = 'failed' and n.status <> 'failed'
      union all
      select 'order.refunded', r.refunded_now - r.refunded_before where r.refunded_now > r.refunded_before
    ) e
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(u.email) and (p.type is distinct from 'customer' or p.id = u.id) limit 1) p on true
    where u.email is not null;
  end if;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.activities_from_unified_profiles()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
begin
  insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id, history)
  select
    coalesce(n.email, o.email), n.id, 'contact.updated',
    jsonb_build_object('changes', d.changes) || cortex.cause(),
    case when n.updated_at is distinct from o.updated_at then n.updated_at else cortex.now() end, 'trigger', p.person_id,
    current_setting('cortex.history', true) is not distinct from 'true'
  from new_rows n
  join old_rows o on o.id = n.id
  cross join lateral (
    select jsonb_object_agg(k.key, jsonb_build_object('old', k.old, 'new', k.new)) as changes
    from (values
      ('email', to_jsonb(o.email::text), to_jsonb(n.email::text)),
      ('first_name', to_jsonb(o.first_name), to_jsonb(n.first_name)),
      ('last_name', to_jsonb(o.last_name), to_jsonb(n.last_name)),
      ('phone', to_jsonb(o.phone), to_jsonb(n.phone)),
      ('country', to_jsonb(o.country), to_jsonb(n.country)),
      ('timezone', to_jsonb(o.timezone), to_jsonb(n.timezone)),
      ('language', to_jsonb(o.language), to_jsonb(n.language)),
      ('tags', to_jsonb(o.tags), to_jsonb(n.tags)),
      ('attributes', o.attributes, n.attributes)
    ) k (key, old, new)
    where k.old is distinct from k.new
  ) d
  left join lateral (
    select p.person_id from cortex.people p
    where p.address = cortex.address(coalesce(n.email, o.email)) and (p.type is distinct from 'customer' or p.id = n.id) limit 1) p on true
  where d.changes is not null and coalesce(n.email, o.email) is not null;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.activity_is_needed(activity uuid, person uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
      select from cortex.automation_runs r
      where r.status in ('active', 'waiting') and r.activity_id = activity
        and r.person_id in (select person union all
          select k.into_person_id from cortex.person_links k where k.person_id = person))
    or exists (select from cortex.activity_inbox i where i.person_id = person and i.activity_id = activity)
    or exists (select from cortex.inbox_failures f where f.activity_id = activity)
    or exists (select from cortex.pending q where q.activity_id = activity);
$function$

CREATE OR REPLACE FUNCTION cortex.activity_months(before timestamp with time zone)
 RETURNS TABLE(place text)
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select m.name from (
    select c.relname::text as name, right(c.relname, 7) as month
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.crm_activities'::regclass and c.relname ~ '^crm_activities_\d{4}_\d{2}$') m
  where make_timestamptz(left(m.month, 4)::int, right(m.month, 2)::int, 1, 0, 0, 0, 'UTC') + interval '1 month' <= before
  order by 1;
$function$

CREATE OR REPLACE FUNCTION cortex.address(email public.citext)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (octet_length((email)::text) <= 800) THEN cortex.fold(btrim((email)::text)) ELSE NULL::text END

CREATE OR REPLACE FUNCTION cortex.address_fingerprint(one text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select md5(concat_ws('/',
    (select string_agg(concat(u.id, ' ', u.xmin), ',' order by u.id)
     from public.unified_profiles u where cortex.address(u.email) collate "C" = one),
    (select string_agg(concat(l.id, ' ', l.xmin), ',' order by l.id)
     from public.purchase_leads l where cortex.address(l.email) collate "C" = one),
    (select concat(count(*), ' ', sum(t.xmin::text::bigint))
     from public.unified_profiles u join public.transactions t on t.profile_id = u.id
     where cortex.address(u.email) collate "C" = one)))
$function$

CREATE OR REPLACE FUNCTION cortex.addresses_with_moves(addresses text[])
 RETURNS text[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  result text[] := addresses;
  more text[];
begin
  if cardinality(addresses) > 20 then
    perform set_config('plan_cache_mode', 'force_custom_plan', true);
  end if;
  if not exists (select from cortex.people_who_moved(addresses)) then
    return addresses;
  end if;
  for round in 1..10 loop
    select array_agg(distinct v.address collate "C") into more
    from cortex.people_who_moved(result) m cross join lateral (values (m.old_address), (m.new_address)) v (address)
    where v.address is not null
      and not exists (select from unnest(result) r (address) where r.address = v.address);
    exit when more is null;
    result := result || more;
  end loop;
  perform pg_advisory_xact_lock(hashtextextended(l.person_id::text, 42))
  from (
    select distinct v.person_id
    from (
      select m.new_address, array_agg(m.person_id) as movers from cortex.people_who_moved(result) m
      where m.new_address is not null group by m.new_address
    ) m
    left join cortex.people p on p.address = m.new_address
    cross join lateral unnest(m.movers || p.person_id) v (person_id)
    where (p.person_id is not null or cardinality(m.movers) > 1) and v.person_id is not null
    order by v.person_id
  ) l;
  return array(select distinct r.address collate "C" from unnest(result) r (address) order by 1);
end
$function$

CREATE OR REPLACE FUNCTION cortex.at_zone(local timestamp without time zone, zone text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  as_utc timestamptz := local at time zone 'UTC';
  before int := cortex.corrected_offset(as_utc - interval '1 day', zone);
  after int;
  late timestamptz;
  day_before timestamptz;
  early timestamptz;
begin
  if before is not null then
    after := cortex.corrected_offset(as_utc + interval '1 day', zone);
    early := as_utc - make_interval(secs => before);
    late := as_utc - make_interval(secs => after);
    return case
      when cortex.corrected_offset(early, zone) = before then early
      when cortex.corrected_offset(late, zone) = after then late
      else early
    end;
  end if;
  late := local at time zone zone;
  day_before := late - interval '24 hours';
  -- The same local time read with the offset of the day before.
  early := as_utc - ((day_before at time zone zone) - (day_before at time zone 'UTC'));
  if early < late and early at time zone zone = local then
    return early;
  end if;
  return late;
end
$function$

CREATE OR REPLACE FUNCTION cortex.audit_entry_hash(entry cortex.audit)
 RETURNS bytea
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN COALESCE((entry).erased_hash, sha256(convert_to((jsonb_build_array((entry).id, EXTRACT(epoch FROM (entry).at), (entry).actor, (entry).action, (entry).target_kind, (entry).target_id, (entry).before, (entry).after, (entry).request_id))::text, 'UTF8'::name)))

CREATE OR REPLACE FUNCTION cortex.cause()
 RETURNS jsonb
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN COALESCE((NULLIF(current_setting('cortex.cause'::text, true), ''::text))::jsonb, '{}'::jsonb)

CREATE OR REPLACE FUNCTION cortex.compare_directory()
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  differing bigint;
begin
  with kept as (
    select p.address, p.id, p.email::text, p.type, p.first_name, p.last_name, p.phone, p.country, p.timezone, p.language,
      p.tags, p.attributes, p.created_at, p.lifetime_value_minor
    from cortex.people p
    where p.type is not null
  ), defined as (
    select d.address, d.id, d.email::text, d.type, d.first_name, d.last_name, d.phone, d.country, d.timezone, d.language,
      d.tags, d.attributes, d.created_at, d.lifetime_value_minor
    from cortex.directory_definition d
  ), different as (
    (table kept except table defined) union all (table defined except table kept)
  )
  insert into cortex.pending (address)
  select distinct d.address from different d
  where not exists (select from cortex.pending q where q.address = d.address);
  get diagnostics differing = row_count;
  return differing;
end
$function$

CREATE OR REPLACE FUNCTION cortex.corrected_offset(instant timestamp with time zone, zone text)
 RETURNS integer
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select c.offsets[width_bucket(instant, c.starts) + 1] from cortex.zone_corrections c where c.zone = corrected_offset.zone
$function$

CREATE OR REPLACE FUNCTION cortex.count_automation_run_steps_delete()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select r.automation_id, s.hour, 'step', s.node_id, s.port, s.place, sum(s.n)
  from (
    select run_id, cortex.hour_of(entered_at) as hour, node_id, coalesce(port, '') as port,
      case when left_at is null then 'here' else 'left' end as place, sum(sign) as n
    from (select *, -1 as sign from old_rows) moved
    group by 1, 2, 3, 4, 5 having sum(sign) <> 0) s
  join cortex.automation_runs r on r.id = s.run_id
  group by r.automation_id, s.hour, s.node_id, s.port, s.place having sum(s.n) <> 0;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.count_automation_run_steps_insert()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select r.automation_id, s.hour, 'step', s.node_id, s.port, s.place, sum(s.n)
  from (
    select run_id, cortex.hour_of(entered_at) as hour, node_id, coalesce(port, '') as port,
      case when left_at is null then 'here' else 'left' end as place, sum(sign) as n
    from (select *, 1 as sign from new_rows) moved
    group by 1, 2, 3, 4, 5 having sum(sign) <> 0) s
  join cortex.automation_runs r on r.id = s.run_id
  group by r.automation_id, s.hour, s.node_id, s.port, s.place having sum(s.n) <> 0;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.count_automation_run_steps_update()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select r.automation_id, s.hour, 'step', s.node_id, s.port, s.place, sum(s.n)
  from (
    select run_id, cortex.hour_of(entered_at) as hour, node_id, coalesce(port, '') as port,
      case when left_at is null then 'here' else 'left' end as place, sum(sign) as n
    from (select *, 1 as sign from new_rows union all select *, -1 as sign from old_rows) moved
    group by 1, 2, 3, 4, 5 having sum(sign) <> 0) s
  join cortex.automation_runs r on r.id = s.run_id
  group by r.automation_id, s.hour, s.node_id, s.port, s.place having sum(s.n) <> 0;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.count_automation_runs_delete()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, cortex.hour_of(entered_at), 'run', '', status, '', sum(sign)
  from (select *, -1 as sign from old_rows) moved
  group by 1, 2, status having sum(sign) <> 0;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.count_automation_runs_insert()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, cortex.hour_of(entered_at), 'run', '', status, '', sum(sign)
  from (select *, 1 as sign from new_rows) moved
  group by 1, 2, status having sum(sign) <> 0;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.count_automation_runs_update()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, cortex.hour_of(entered_at), 'run', '', status, '', sum(sign)
  from (select *, 1 as sign from new_rows union all select *, -1 as sign from old_rows) moved
  group by 1, 2, status having sum(sign) <> 0;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.count_broadcast_click()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  click cortex.broadcast_clicks := coalesce(new, old);
  -- How many clicks of people, and of machines, there are more than before.
  more int := coalesce((not new.machine)::int, 0) - coalesce((not old.machine)::int, 0);
  more_by_machine int := coalesce(new.machine::int, 0) - coalesce(old.machine::int, 0);
  is_first boolean := not exists (select from cortex.broadcast_clicks k
    where k.broadcast_id = click.broadcast_id and k.link_id = click.link_id and k.message_id = click.message_id
      and not k.machine and k.id <> click.id);
  on_device text := coalesce(click.device, 'unknown');
  is_first_there boolean := not exists (select from cortex.broadcast_clicks k
    where k.message_id = click.message_id and coalesce(k.device, 'unknown') = on_device
      and not k.machine and k.id <> click.id);
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select click.broadcast_id, cortex.hour_of(click.at), c.what, c.node_id, c.state, '', c.n
  from (values ('link', click.link_id::text, 'clicks', more),
    ('link', click.link_id::text, 'people', case when is_first then more end),
    ('link', click.link_id::text, 'machine', more_by_machine),
    ('device', on_device, 'clicked', case when is_first_there then more end)) c (what, node_id, state, n)
  where c.n <> 0;
  return click;
end
$function$

CREATE OR REPLACE FUNCTION cortex.count_messages_delete()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  with counted as (
    select coalesce(automation_id, broadcast_id) as automation_id, cortex.hour_of(created_at) as hour,
      coalesce(node_id, '') as node_id, state,
      case when state = 'skipped' then coalesce(reason, 'other') else '' end as reason, sum(sign) as n,
      sum(sign) filter (where delivered_at is not null) as delivered,
      sum(sign) filter (where opened_at is not null) as opened,
      sum(sign) filter (where clicked_at is not null) as clicked,
      sum(sign) filter (where bounced_at is not null) as bounced,
      sum(sign) filter (where complained_at is not null) as complained,
      sum(sign) filter (where unsubscribed_at is not null) as unsubscribed
    from (select *, -1 as sign from old_rows) moved
    where coalesce(automation_id, broadcast_id) is not null group by 1, 2, 3, 4, 5)
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, hour, 'mail', node_id, state, reason, n from counted where n <> 0
  union all
  select automation_id, hour, 'mail_outcome', node_id, o.outcome, '', sum(o.n) from counted
  cross join lateral (values ('delivered', delivered), ('opened', opened), ('clicked', clicked), ('bounced', bounced),
    ('complained', complained), ('unsubscribed', unsubscribed)) o(outcome, n)
  where o.n <> 0 group by automation_id, hour, node_id, o.outcome having sum(o.n) <> 0;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.count_messages_insert()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  with counted as (
    select coalesce(automation_id, broadcast_id) as automation_id, cortex.hour_of(created_at) as hour,
      coalesce(node_id, '') as node_id, state,
      case when state = 'skipped' then coalesce(reason, 'other') else '' end as reason, sum(sign) as n,
      sum(sign) filter (where delivered_at is not null) as delivered,
      sum(sign) filter (where opened_at is not null) as opened,
      sum(sign) filter (where clicked_at is not null) as clicked,
      sum(sign) filter (where bounced_at is not null) as bounced,
      sum(sign) filter (where complained_at is not null) as complained,
      sum(sign) filter (where unsubscribed_at is not null) as unsubscribed
    from (select *, 1 as sign from new_rows) moved
    where coalesce(automation_id, broadcast_id) is not null group by 1, 2, 3, 4, 5)
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, hour, 'mail', node_id, state, reason, n from counted where n <> 0
  union all
  select automation_id, hour, 'mail_outcome', node_id, o.outcome, '', sum(o.n) from counted
  cross join lateral (values ('delivered', delivered), ('opened', opened), ('clicked', clicked), ('bounced', bounced),
    ('complained', complained), ('unsubscribed', unsubscribed)) o(outcome, n)
  where o.n <> 0 group by automation_id, hour, node_id, o.outcome having sum(o.n) <> 0;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.count_messages_update()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  with counted as (
    select coalesce(automation_id, broadcast_id) as automation_id, cortex.hour_of(created_at) as hour,
      coalesce(node_id, '') as node_id, state,
      case when state = 'skipped' then coalesce(reason, 'other') else '' end as reason, sum(sign) as n,
      sum(sign) filter (where delivered_at is not null) as delivered,
      sum(sign) filter (where opened_at is not null) as opened,
      sum(sign) filter (where clicked_at is not null) as clicked,
      sum(sign) filter (where bounced_at is not null) as bounced,
      sum(sign) filter (where complained_at is not null) as complained,
      sum(sign) filter (where unsubscribed_at is not null) as unsubscribed
    from (select *, 1 as sign from new_rows union all select *, -1 as sign from old_rows) moved
    where coalesce(automation_id, broadcast_id) is not null group by 1, 2, 3, 4, 5)
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, hour, 'mail', node_id, state, reason, n from counted where n <> 0
  union all
  select automation_id, hour, 'mail_outcome', node_id, o.outcome, '', sum(o.n) from counted
  cross join lateral (values ('delivered', delivered), ('opened', opened), ('clicked', clicked), ('bounced', bounced),
    ('complained', complained), ('unsubscribed', unsubscribed)) o(outcome, n)
  where o.n <> 0 group by automation_id, hour, node_id, o.outcome having sum(o.n) <> 0;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.date_occasions(raw text, zone text, clock time without time zone, calendar interval, exact interval, years integer[], later_only boolean)
 RETURNS TABLE(day date, at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "DateStyle" TO 'ISO, YMD'
AS $function$
declare
  base timestamp;
  own_year int;
  wanted int;
  moved timestamp;
begin
  if raw ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
    if not pg_input_is_valid(raw, 'date') or raw < '0001' then
      return;
    end if;
    base := raw::date::timestamp;
  else
    base := cortex.local_time(cortex.text_instant(raw, zone), zone);
  end if;
  if base is null then
    return;
  end if;
  own_year := extract(year from base);
  foreach wanted in array coalesce(years, array[own_year]) loop
    continue when wanted < own_year or (later_only and wanted = own_year);
    moved := base + make_interval(years => wanted - own_year);
    day := moved::date;
    moved := moved + calendar;
    if clock is not null then
      moved := moved::date + clock;
    end if;
    at := cortex.at_zone(moved, zone) + exact;
    return next;
  end loop;
end
$function$

CREATE OR REPLACE FUNCTION cortex.delete_steps_of_run()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from cortex.automation_run_steps where run_id = old.id;
  return old;
end $function$

CREATE OR REPLACE FUNCTION cortex.drop_activity_month(place text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
declare
  month regclass := to_regclass(format('cortex.%I', place));
  begins timestamptz := make_timestamptz(left(right(place, 7), 4)::int, right(place, 2)::int, 1, 0, 0, 0, 'UTC');
  ends timestamptz := begins + interval '1 month';
  gone bigint;
begin
  if month is null or place !~ '^crm_activities_\d{4}_\d{2}$' then
    return 0;
  end if;
  -- Nothing is added to it from here on.
  execute format('lock table %s in share row exclusive mode', month);
  if exists (
      select from cortex.automation_runs r
      where r.status in ('active', 'waiting') and r.activity_id is not null
        and (r.context #>> '{activity,occurred_at}')::timestamptz >= begins
        and (r.context #>> '{activity,occurred_at}')::timestamptz < ends)
    or exists (select from cortex.activity_inbox i where i.occurred_at >= begins and i.occurred_at < ends)
    or exists (select from cortex.inbox_failures f where f.occurred_at >= begins and f.occurred_at < ends)
    or exists (select from cortex.pending q where q.occurred_at >= begins and q.occurred_at < ends)
  then
    return null;
  end if;
  execute format('select count(*) from %s', month) into gone;
  if gone > 0 then
    perform cortex.refill_lists_of_activities();
  end if;
  execute format('drop table %s', month);
  return gone;
end
$function$

CREATE OR REPLACE FUNCTION cortex.enrollment_facts(enrollment_id uuid, course_id uuid, lead_id uuid, transaction_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (SELECT jsonb_strip_nulls(jsonb_build_object('enrollment_id', enrollment_facts.enrollment_id, 'course_id', enrollment_facts.course_id, 'course_title', c.title, 'program', c.program, 'lead_id', enrollment_facts.lead_id, 'transaction_id', enrollment_facts.transaction_id, 'amount_minor', COALESCE(t.amount_minor, c.price_minor), 'currency', COALESCE(t.currency, c.currency))) AS jsonb_strip_nulls FROM (((VALUES (1)) one("row") LEFT JOIN public.courses c ON ((c.id = enrollment_facts.course_id))) LEFT JOIN public.transactions t ON ((t.id = enrollment_facts.transaction_id))))

CREATE OR REPLACE FUNCTION cortex.ensure_activity_partitions(from_month date, to_month date)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  month date := date_trunc('month', from_month)::date;
  made int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('cortex.ensure_activity_partitions', 0));
  while month <= to_month loop
    if to_regclass(format('cortex.crm_activities_%s', to_char(month, 'YYYY_MM'))) is null
      and not exists (
        select from cortex.crm_activities_default d
        where d.occurred_at >= month::timestamp at time zone 'UTC'
          and d.occurred_at < (month + interval '1 month')::timestamp at time zone 'UTC')
    then
      execute format(
        'create table cortex.crm_activities_%s partition of public.crm_activities for values from (%L) to (%L)',
        to_char(month, 'YYYY_MM'),
        to_char(month, 'YYYY-MM-DD') || 'T00:00:00Z',
        to_char(month + interval '1 month', 'YYYY-MM-DD') || 'T00:00:00Z');
      made := made + 1;
    end if;
    month := (month + interval '1 month')::date;
  end loop;
  return made;
end
$function$

CREATE OR REPLACE FUNCTION cortex.erase_text(addresses text[], names text[], leave_out text[])
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  address_pattern text := cortex.pattern_of_addresses(addresses);
  name_pattern text := coalesce(cortex.pattern_of_names(names), '(?!)');
  place record;
  changed bigint;
  total bigint := 0;
begin
  for place in
    select c.oid::regclass::text as relation,
      string_agg(format(
        '%1$I = regexp_replace(regexp_replace(t.%1$I::text, $1, %3$L, ''gi''), $2, %4$L, ''gi'')::%2$s',
        a.attname, format_type(a.atttypid, a.atttypmod), 'somebody@erased.invalid', 'erased'), ', ') as sets,
      string_agg(format('t.%I::text ~* $1', a.attname), ' or ') as finds
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    join pg_type y on y.oid = a.atttypid
    where c.relkind in ('r', 'p') and not c.relispartition
      and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
      and y.typname in ('text', 'varchar', 'citext', 'json', 'jsonb', '_text', '_varchar', '_citext')
      and c.oid::regclass::text <> all (leave_out)
    group by c.oid
    order by 1
  loop
    execute format('update %s t set %s where %s', place.relation, place.sets, place.finds)
      using address_pattern, name_pattern;
    get diagnostics changed = row_count;
    total := total + changed;
  end loop;
  return total;
end
$function$

CREATE OR REPLACE FUNCTION cortex.erased_hash(address text)
 RETURNS bytea
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN (SELECT sha256(convert_to(((s.value || ' '::text) || erased_hash.address), 'UTF8'::name)) AS sha256 FROM cortex.erasure_salt s)

CREATE OR REPLACE FUNCTION cortex.field_number(object jsonb, name text)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case jsonb_typeof(object -> name)
    when 'number' then
      case when octet_length(object ->> name) <= 300 then (object ->> name)::float8 else cortex.json_number_apart(object -> name) end
    when 'string' then cortex.json_number_apart(object -> name)
  end
$function$

CREATE OR REPLACE FUNCTION cortex.field_text(object jsonb, name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case jsonb_typeof(object -> name)
    when 'string' then cortex.fold(object ->> name)
    when 'number' then cortex.number_text(object -> name)
  end
$function$

CREATE OR REPLACE FUNCTION cortex.fill_lists_anew(about text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update cortex.list_keeping set state = 'stale', means = null
  where state in ('kept', 'stale') and means is not null and strpos(means::text, about) > 0;
$function$

CREATE OR REPLACE FUNCTION cortex.flat_tags(tags text[])
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT t.t FROM unnest(flat_tags.tags) t(t) WHERE (t.t IS NOT NULL))

CREATE OR REPLACE FUNCTION cortex.fold(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (octet_length(value) = length(value)) THEN lower((value COLLATE pg_unicode_fast)) ELSE translate(lower((NORMALIZE(value) COLLATE pg_unicode_fast)), 'ς'::text, 'σ'::text) END

CREATE OR REPLACE FUNCTION cortex.fold_all(tags text[])
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN ARRAY(SELECT cortex.fold(t.tag) AS fold FROM unnest(fold_all.tags) WITH ORDINALITY t(tag, ord) ORDER BY t.ord)

CREATE OR REPLACE FUNCTION cortex.fold_person()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  first_folded text;
  last_folded text;
begin
  if tg_op = 'UPDATE' and new.first_name is not distinct from old.first_name
    and new.last_name is not distinct from old.last_name and new.tags = old.tags then
    return new;
  end if;
  if tg_op = 'INSERT' or new.first_name is distinct from old.first_name or new.last_name is distinct from old.last_name then
    first_folded := cortex.fold(coalesce(new.first_name, ''));
    last_folded := cortex.fold(coalesce(new.last_name, ''));
    new.name_folded := first_folded || ' ' || last_folded;
    if first_folded <> '' then
      perform cortex.know_name('first', first_folded);
    end if;
    if last_folded <> '' then
      perform cortex.know_name('last', last_folded);
    end if;
  end if;
  new.tags_folded := cortex.folded_tags(new.tags);
  return new;
end
$function$

CREATE OR REPLACE FUNCTION cortex.folded_tags(tags text[])
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
declare
  folded text[] := '{}';
  tag text;
begin
  if array_ndims(tags) = 1 then
    foreach tag in array tags loop
      if tag <> '' then
        folded := folded || cortex.fold(tag);
      end if;
    end loop;
  end if;
  return folded;
end
$function$

CREATE OR REPLACE FUNCTION cortex.follow_merges(max_merges integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
declare
  merge record;
  looked int := 0;
begin
  for merge in
    select m.person_id, m.into_person_id from cortex.person_merges m
    where m.followed < 2
      and m.merged_at < clock_timestamp() - case m.followed when 0 then interval '1 minute' else interval '1 hour' end
    order by m.merged_at limit max_merges
    for update skip locked
  loop
    begin
      perform cortex.hand_over(merge.person_id, merge.into_person_id);
    exception when others then
      perform cortex.note_error('follow_merges', sqlstate, sqlerrm);
    end;
    update cortex.person_merges m set followed = m.followed + 1 where m.person_id = merge.person_id;
    looked := looked + 1;
  end loop;
  return looked;
end
$function$

CREATE OR REPLACE FUNCTION cortex.follow_merges_since(began timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform cortex.hand_over(m.person_id, m.into_person_id)
  from cortex.person_merges m where m.followed < 2 and m.merged_at >= began;
end
$function$

CREATE OR REPLACE FUNCTION cortex.forget_activities(place regclass, pages_from tid, pages_until tid, before timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  gone bigint;
begin
  execute format(
    'delete from %s a where a.ctid >= $1 and a.ctid < $2 and a.occurred_at < $3
       and not cortex.activity_is_needed(a.id, a.person_id)', place)
  using pages_from, pages_until, before;
  get diagnostics gone = row_count;
  if gone > 0 then
    perform cortex.refill_lists_of_activities();
  end if;
  return gone;
end
$function$

CREATE OR REPLACE FUNCTION cortex.forget_visits(place regclass, before timestamp with time zone, most integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  gone bigint;
begin
  execute format(
    'delete from %1$s a where a.ctid = any(array(
         select v.ctid from %1$s v where v.person_id is null and v.anonymous_id is not null and v.contact_email is null
           and v.occurred_at < $1 limit $2))
       -- Whoever is proven at this moment keeps theirs.
       and a.person_id is null', place)
  using before, most;
  get diagnostics gone = row_count;
  return gone;
end
$function$

CREATE OR REPLACE FUNCTION cortex.guard_audit()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' and old.seal is null and new.seal is not null
    and cortex.audit_entry_hash(old) = cortex.audit_entry_hash(new) then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.erased_hash is null and new.erased_hash = cortex.audit_entry_hash(old)
    and new.before is null and new.after is null and (new.target_id is null or new.target_id = old.target_id)
    and row(new.id, new.at, new.actor, new.action, new.target_kind, new.request_id, new.seal)
      is not distinct from row(old.id, old.at, old.actor, old.action, old.target_kind, old.request_id, old.seal) then
    return new;
  end if;
  raise exception 'Entries of the audit are neither changed nor deleted.' using errcode = 'insufficient_privilege';
end
$function$

CREATE OR REPLACE FUNCTION cortex.guard_audit_seals()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception 'Seals of the audit are neither changed nor deleted.' using errcode = 'insufficient_privilege';
end
$function$

CREATE OR REPLACE FUNCTION cortex.hand_over(gone_id uuid, stays_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  left_runs uuid[];
begin
  update public.crm_activities a
  set person_id = stays_id, contact_id = coalesce(s.id, a.contact_id)
  from (select (select p.id from cortex.people p where p.person_id = stays_id and p.type = 'customer') as id) s
  where a.person_id = gone_id;
  update cortex.activity_inbox i set person_id = stays_id where i.person_id = gone_id;
  update cortex.inbox_failures f set person_id = stays_id where f.person_id = gone_id;
  update cortex.pending q set person_id = stays_id where q.person_id = gone_id;
  update cortex.contact_notes n set person_id = stays_id where n.person_id = gone_id;
  update cortex.former_ids f set person_id = stays_id where f.person_id = gone_id;
  with apart as (
    delete from cortex.different_people d where d.person_id = gone_id or d.other_id = gone_id
    returning case when d.person_id = gone_id then d.other_id else d.person_id end as other_id, d.said_at, d.said_by
  )
  insert into cortex.different_people (person_id, other_id, said_at, said_by)
  select least(stays_id, a.other_id), greatest(stays_id, a.other_id), a.said_at, a.said_by from apart a
  where a.other_id <> stays_id
  on conflict do nothing;
  update cortex.visitors v set person_id = stays_id where v.person_id = gone_id;

  -- Of two runs of one automation and key the one that began first stays; the other is over, and keeps its trace.
  with twice as (
    select case when (g.entered_at, g.id) < (s.entered_at, s.id) then s.id else g.id end as id
    from cortex.automation_runs g
    join cortex.automation_runs s
      on s.automation_id = g.automation_id and s.person_id = stays_id and s.entry_key = g.entry_key
    where g.person_id = gone_id
  ), over as (
    update cortex.automation_runs r
    set entry_key = r.entry_key || ' ' || r.id,
      status = case when r.status in ('active', 'waiting') then 'exited' else r.status end,
      ended_at = coalesce(r.ended_at, cortex.now()), wake_at = null, waiting_for = null,
      end_reason = coalesce(r.end_reason, 'merged with somebody who had entered before')
    from twice t
    where r.id = t.id
    returning r.id
  )
  select array_agg(o.id) into left_runs from over o;
  update cortex.automation_run_steps s
  set left_at = cortex.now(), outcome = s.outcome || '{"reason": "merged with somebody who had entered before"}'
  where s.run_id = any (left_runs) and s.left_at is null;
  -- What it was about to send, the other run sends.
  with taken as (
    delete from cortex.outgoing o using cortex.messages m
    where m.run_id = any (left_runs) and m.state = 'queued' and o.message_id = m.id
    returning o.message_id
  )
  update cortex.messages m set state = 'cancelled', reason = 'merged with somebody who had entered before'
  from taken t where m.id = t.message_id and m.state = 'queued';
  update cortex.automation_runs r set person_id = stays_id where r.person_id = gone_id;
  -- One mail of a broadcast is enough: of what both were to get, one that has not left is left out. A colleague has each at
  -- an address of their own.
  update cortex.messages m set state = 'skipped', reason = 'duplicate'
  from cortex.messages other
  where m.state = 'queued' and not m.to_colleague and other.broadcast_id = m.broadcast_id
    and ((m.person_id = gone_id and other.person_id = stays_id and other.state not in ('skipped', 'failed', 'cancelled'))
      or (m.person_id = stays_id and other.person_id = gone_id
        and other.state in ('submitting', 'sent', 'uncertain', 'unknown')))
    and m.person_id in (gone_id, stays_id) and other.person_id in (gone_id, stays_id);
  update cortex.outgoing o set person_id = stays_id
  from cortex.messages m
  where m.person_id = gone_id and m.state = 'queued' and o.message_id = m.id;
  update cortex.messages m set person_id = stays_id where m.person_id = gone_id;
  update cortex.webhook_calls c set person_id = stays_id where c.person_id = gone_id;
  update cortex.contact_actions a set person_id = stays_id where a.person_id = gone_id;

  -- What both said about one topic is settled as consent is.
  with moved as (
    delete from cortex.topic_choices c where c.person_id = gone_id
    returning c.topic_id, c.wanted, c.at, c.said_by, c.source
  )
  insert into cortex.topic_choices as c (person_id, topic_id, wanted, at, said_by, source)
  select stays_id, m.topic_id, m.wanted, m.at, m.said_by, m.source from moved m
  on conflict (person_id, topic_id) do update
  set (wanted, at, said_by, source) = (
    select case when s.replaces then excluded.wanted else c.wanted end, s.at, s.said_by,
      case when s.replaces then excluded.source else c.source end
    from cortex.settle_consent(
      case when c.wanted then 'subscribed' else 'unsubscribed' end, c.at, c.said_by,
      case when excluded.wanted then 'subscribed' else 'unsubscribed' end, excluded.at, excluded.said_by, excluded.at) s);

  with moved as (
    delete from cortex.automation_seen s using cortex.automations a
    where s.automation_id = a.id and s.person_id = gone_id
    returning s.automation_id, s.entry_key, s.seen_at
  )
  insert into cortex.automation_seen (automation_id, person_id, entry_key, seen_at)
  select m.automation_id, stays_id, m.entry_key, m.seen_at from moved m
  on conflict (automation_id, person_id, entry_key) do nothing;
  with moved as (
    delete from cortex.entry_queue q using cortex.automations a
    where q.automation_id = a.id and q.person_id = gone_id
    returning q.automation_id, q.occasion, q.due_at
  )
  insert into cortex.entry_queue (automation_id, occasion, person_id, due_at)
  select m.automation_id, m.occasion, stays_id, m.due_at from moved m
  on conflict (automation_id, occasion, person_id) do nothing;
  with moved as (
    delete from cortex.list_members m where m.person_id = gone_id returning m.smart_list_id, m.entered_at
  )
  insert into cortex.list_members as m (smart_list_id, person_id, entered_at)
  select g.smart_list_id, stays_id, g.entered_at from moved g
  on conflict (smart_list_id, person_id) do update set entered_at = least(m.entered_at, excluded.entered_at);
  insert into cortex.list_touched (person_id, what)
  select stays_id, 'any' where exists (select from cortex.list_keeping);

  update cortex.person_links k set into_person_id = stays_id where k.into_person_id = gone_id and k.person_id <> stays_id;
  update cortex.person_links k set person_id = stays_id
  where k.person_id = gone_id and k.into_person_id <> stays_id
    and not exists (select from cortex.person_links o where o.person_id = stays_id);
  delete from cortex.person_links k where k.person_id = gone_id or k.into_person_id = gone_id;
  -- No chains: who is linked to somebody who is linked themselves belongs to that one's.
  update cortex.person_links k set into_person_id = o.into_person_id
  from cortex.person_links o
  where o.person_id = stays_id and k.into_person_id = stays_id and k.person_id <> o.into_person_id;
end
$function$

CREATE OR REPLACE FUNCTION cortex.hour_of(at timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN date_bin('01:00:00'::interval, at, '1970-01-01 00:00:00+00'::timestamp with time zone)

CREATE OR REPLACE FUNCTION cortex.inbox_from_activities()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  ids uuid[];
  times timestamptz[];
  addresses text[];
begin
  insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history, type)
  select n.person_id, n.id, n.occurred_at, n.history, n.type from new_rows n
  -- What the engine tells about its own runs starts, wakes and changes nothing, so nobody need look at it; nor at a
  -- type of which the transaction that records it made sure that nothing asks about it.
  where n.person_id is not null
    and not (n.source = 'cortex' and (n.history or n.type = current_setting('cortex.unasked', true)) is true);

  select array_agg(n.id), array_agg(n.occurred_at), array_agg(cortex.address(n.contact_email))
  into ids, times, addresses
  from new_rows n
  where n.person_id is null and cortex.address(n.contact_email) is not null;
  if ids is not null then
    perform cortex.note_touched(addresses, ids, times);
  end if;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  begin
    insert into cortex.pending (address, activity_id, occurred_at, person_id)
    select coalesce(cortex.address(n.contact_email), ''), n.id, n.occurred_at, n.person_id
    from new_rows n
    where n.person_id is not null or cortex.address(n.contact_email) is not null;
  exception when others then
    raise warning 'cortex: activities could not be put aside (%)', sqlstate;
  end;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.is_erased(address text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  -- Most installations have erased nobody, and every new person is asked about.
  return exists (select from cortex.erased_addresses)
    and exists (select from cortex.erased_addresses e where e.hash = cortex.erased_hash(is_erased.address));
end
$function$

CREATE OR REPLACE FUNCTION cortex.json_boolean(value jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when value in ('true', '"true"') then true when value in ('false', '"false"') then false end
$function$

CREATE OR REPLACE FUNCTION cortex.json_instant(value jsonb, zone text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select case jsonb_typeof(value) when 'string' then cortex.text_instant(value #>> '{}', zone) end
$function$

CREATE OR REPLACE FUNCTION cortex.json_number(value jsonb)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case jsonb_typeof(value)
    when 'number' then
      case
        when abs(value::numeric) > 1.7976931348623157e308 then null
        when abs(value::numeric) < 2.48e-324 then 0
        else (value #>> '{}')::float8
      end
    when 'string' then
      case when (value #>> '{}') ~ '^[+-]?[0-9]{1,255}[0-9]{0,45}(\.[0-9]{1,255}[0-9]{0,45})?$' then (value #>> '{}')::float8 end
  end
$function$

CREATE OR REPLACE FUNCTION cortex.json_number_apart(value jsonb)
 RETURNS double precision
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE COST 1
AS $function$ begin return cortex.json_number(value); end $function$

CREATE OR REPLACE FUNCTION cortex.json_text(value jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case jsonb_typeof(value)
    when 'string' then cortex.fold(value #>> '{}')
    when 'number' then cortex.number_text(value)
  end
$function$

CREATE OR REPLACE FUNCTION cortex.keep_erased_suppressed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not (new.suppressed_broadcast and new.suppressed_transactional) and cortex.is_erased(new.address) then
    new.suppressed_broadcast := true;
    new.suppressed_transactional := true;
  end if;
  return new;
end
$function$

CREATE OR REPLACE FUNCTION cortex.keep_linked_answers(people uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform cortex.lock_with_linked(people);
  with members as materialized (
    select l.person_id, l.head from cortex.linked_with(people) l
  ), said as (
    select m.person_id,
      case
        when bool_or(o.consent_status = 'unsubscribed') then 'unsubscribed'
        when bool_or(o.consent_status = 'pending') then 'pending'
      end as consent,
      max(o.paused_until) as paused_until,
      (
        select array_agg(distinct c.topic_id)
        from members b
        join cortex.topic_choices c on c.person_id = b.person_id and not c.wanted
        where b.head = m.head and b.person_id <> m.person_id
      ) as topics_off
    from members m
    left join members beside on beside.head = m.head and beside.person_id <> m.person_id
    left join cortex.people o on o.person_id = beside.person_id
    group by m.person_id, m.head
  )
  update cortex.people p
  set linked_consent = s.consent, linked_paused_until = s.paused_until, linked_topics_off = s.topics_off
  from said s
  where p.person_id = s.person_id
    and row(p.linked_consent, p.linked_paused_until, p.linked_topics_off)
      is distinct from row(s.consent, s.paused_until, s.topics_off);
end
$function$

CREATE OR REPLACE FUNCTION cortex.know_name(of_kind text, folded text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  -- Of longer ones the beginning, as in the index of whole names.
  folded := left(folded, 100);
  if not exists (select from cortex.known_names k where k.name = folded collate "C" and k.kind = of_kind) then
    insert into cortex.known_names (kind, name, near) values (of_kind, folded, cortex.near_spellings(folded));
  end if;
end
$function$

CREATE OR REPLACE FUNCTION cortex.known_zone(zone text, otherwise text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if zone <> '' then
    perform now() at time zone zone;
    return zone;
  end if;
  return case when otherwise is null then 'UTC' else cortex.known_zone(otherwise, null) end;
exception when invalid_parameter_value then
  return case when otherwise is null then 'UTC' else cortex.known_zone(otherwise, null) end;
end
$function$

CREATE OR REPLACE FUNCTION cortex.lead_home(lead_id uuid, email public.citext)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN (o.lead_id IS NULL) THEN cortex.address(lead_home.email) ELSE (SELECT cortex.address(u.email) AS address FROM public.unified_profiles u WHERE (u.id = o.profile_id)) END AS address FROM ((VALUES (1)) one("row") LEFT JOIN cortex.lead_owners o ON (((o.lead_id = lead_home.lead_id) AND (o.address = cortex.address(lead_home.email))))))

CREATE OR REPLACE FUNCTION cortex.like_part(part text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN (('%'::text || replace(replace(replace(part, '\'::text, '\\'::text), '%'::text, '\%'::text), '_'::text, '\_'::text)) || '%'::text)

CREATE OR REPLACE FUNCTION cortex.linked_answers_of_links()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  people uuid[] := '{}';
begin
  if tg_op <> 'INSERT' then
    people := people || array(select unnest(array[o.person_id, o.into_person_id]) from old_rows o);
  end if;
  if tg_op <> 'DELETE' then
    people := people || array(select unnest(array[n.person_id, n.into_person_id]) from new_rows n);
  end if;
  if people <> '{}' then
    perform cortex.keep_linked_answers(people);
  end if;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.linked_answers_of_topics()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  people uuid[];
begin
  if tg_op = 'DELETE' then
    select array_agg(distinct o.person_id) into people from old_rows o
    where exists (select from cortex.person_links k where k.person_id = o.person_id or k.into_person_id = o.person_id);
  else
    select array_agg(distinct n.person_id) into people from new_rows n
    where exists (select from cortex.person_links k where k.person_id = n.person_id or k.into_person_id = n.person_id);
  end if;
  if people is not null then
    perform cortex.keep_linked_answers(people);
  end if;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.linked_consent_of_person()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if exists (
    select from cortex.person_links k where k.person_id = new.person_id or k.into_person_id = new.person_id
  ) then
    perform cortex.keep_linked_answers(array[new.person_id]);
  end if;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.linked_with(people uuid[])
 RETURNS TABLE(person_id uuid, head uuid)
 LANGUAGE sql
 STABLE
AS $function$
  select m.person_id, h.head
  from (
    select distinct coalesce(k.into_person_id, t.id) as head
    from unnest(people) t (id) left join cortex.person_links k on k.person_id = t.id
    where t.id is not null
  ) h
  cross join lateral (
    select h.head as person_id
    union all
    select k.person_id from cortex.person_links k where k.into_person_id = h.head
  ) m
$function$

CREATE OR REPLACE FUNCTION cortex.local_time(instant timestamp with time zone, zone text)
 RETURNS timestamp without time zone
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  corrected int := cortex.corrected_offset(instant, zone);
begin
  if corrected is null then
    return instant at time zone zone;
  end if;
  return (instant at time zone 'UTC') + make_interval(secs => corrected);
end
$function$

CREATE OR REPLACE FUNCTION cortex.lock_with_linked(people uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform from cortex.people p where p.person_id = any (array(select l.person_id from cortex.linked_with(people) l))
  order by p.address for no key update;
end
$function$

CREATE OR REPLACE FUNCTION cortex.lot(broadcast uuid, person uuid, purpose text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (((hashtextextended(((purpose || (broadcast)::text) || (person)::text), (0)::bigint) & '9223372036854775807'::bigint) % (1000000)::bigint))::integer

CREATE OR REPLACE FUNCTION cortex.mail_refusal(stream text, known boolean, suppressed boolean, consent text, mail_unanswered boolean, topic_off boolean DEFAULT false, paused boolean DEFAULT false)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (NOT known) THEN 'erased'::text WHEN suppressed THEN 'suppressed'::text WHEN (stream = 'transactional'::text) THEN NULL::text WHEN (NOT cortex.may_be_mailed(false, consent, mail_unanswered)) THEN CASE WHEN (consent = 'unsubscribed'::text) THEN 'unsubscribed'::text ELSE 'no_consent'::text END WHEN topic_off THEN 'topic_off'::text WHEN paused THEN 'paused'::text ELSE NULL::text END

CREATE OR REPLACE FUNCTION cortex.may_be_mailed(suppressed boolean, consent text, mail_unanswered boolean)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((NOT suppressed) AND ((consent = 'subscribed'::text) OR ((consent = 'unknown'::text) AND mail_unanswered)))

CREATE OR REPLACE FUNCTION cortex.may_have_moved(here text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  kept record;
  row_id uuid;
begin
  -- From where they were …
  select p.id, p.type into kept from cortex.people p where p.address = here;
  if kept.type = 'customer' then
    perform from public.unified_profiles u where u.id = kept.id and cortex.address(u.email) is distinct from here;
  elsif kept.type = 'lead' then
    perform from public.purchase_leads l where l.id = kept.id and cortex.address(l.email) <> here;
  end if;
  if kept.type is not null and found then
    return true;
  end if;
  -- … and from where they are.
  for row_id in
    select u.id from public.unified_profiles u where cortex.address(u.email) collate "C" = here
    union all
    (select l.id from public.purchase_leads l where cortex.address(l.email) collate "C" = here
      order by l.created_at desc, l.id desc limit 1)
  loop
    perform from cortex.people p where p.id = row_id and p.address <> here;
    if found then
      return true;
    end if;
    perform from cortex.former_ids f join cortex.people p on p.person_id = f.person_id
    where f.id = row_id and p.type is null and p.address <> here;
    if found then
      return true;
    end if;
  end loop;
  return false;
end
$function$

CREATE OR REPLACE FUNCTION cortex.merge_people(gone_id uuid, stays_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  gone cortex.people;
  stays cortex.people;
  settled record;
begin
  -- Held already when we knew before the rows were locked that they meet.
  if not (pg_try_advisory_xact_lock(hashtextextended(gone_id::text, 42))
    and pg_try_advisory_xact_lock(hashtextextended(stays_id::text, 42))) then
    raise exception 'the engine is at somebody who is to be merged' using errcode = 'CX001';
  end if;
  select p.* into gone from cortex.people p where p.person_id = gone_id;
  select p.* into stays from cortex.people p where p.person_id = stays_id;
  select s.* into settled
  from cortex.settle_consent(
    stays.consent_status, coalesce(stays.consent_at, '-infinity'), stays.consent_by,
    gone.consent_status, coalesce(gone.consent_at, '-infinity'), gone.consent_by, '-infinity') s;

  update cortex.person_merges m set into_person_id = stays_id where m.into_person_id = gone_id;
  insert into cortex.person_merges (person_id, into_person_id) values (gone_id, stays_id);
  perform cortex.hand_over(gone_id, stays_id);
  if gone.id is not null then
    insert into cortex.former_ids (id, person_id) values (gone.id, stays_id)
    on conflict (id) do update set person_id = excluded.person_id;
  end if;

  update cortex.people p
  set consent_status = case when settled.replaces then gone.consent_status else p.consent_status end,
    consent_source = case when settled.replaces then gone.consent_source else p.consent_source end,
    consent_text = case when settled.replaces then gone.consent_text else p.consent_text end,
    consent_at = nullif(settled.at, '-infinity'), consent_by = settled.said_by,
    paused_until = case when later.of_gone then gone.paused_until else p.paused_until end,
    paused_at = greatest(p.paused_at, gone.paused_at),
    paused_by = case when later.of_gone then gone.paused_by else p.paused_by end,
    paused_source = case when later.of_gone then gone.paused_source else p.paused_source end,
    last_activity = greatest(p.last_activity, gone.last_activity),
    demo = p.demo and gone.demo
  from (
    -- The later word about a pause stands; at one instant the longer pause. A pause that one of them asked for
    -- outlives what a colleague said about the other.
    select case
      when gone.paused_until > cortex.now() and gone.paused_by is distinct from 'staff' and stays.paused_by = 'staff'
        then true
      when stays.paused_until > cortex.now() and stays.paused_by is distinct from 'staff' and gone.paused_by = 'staff'
        then false
      else (coalesce(gone.paused_at, '-infinity'), coalesce(gone.paused_until, '-infinity'))
        > (coalesce(stays.paused_at, '-infinity'), coalesce(stays.paused_until, '-infinity'))
      end as of_gone) later
  where p.person_id = stays_id;
  if settled.replaces and gone.consent_status <> stays.consent_status then
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    values (stays.email, case when stays.type = 'customer' then stays.id end, 'contact.updated',
      jsonb_build_object('changes', jsonb_build_object('consent',
        jsonb_build_object('old', stays.consent_status, 'new', gone.consent_status))) || cortex.cause(),
      cortex.now(), 'trigger', stays_id);
  end if;
  delete from cortex.people p where p.person_id = gone_id;
end
$function$

CREATE OR REPLACE FUNCTION cortex.money_unit(currency text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (currency = ANY (ARRAY['BIF'::text, 'CLP'::text, 'DJF'::text, 'GNF'::text, 'ISK'::text, 'JPY'::text, 'KMF'::text, 'KRW'::text, 'PYG'::text, 'RWF'::text, 'UGX'::text, 'UYI'::text, 'VND'::text, 'VUV'::text, 'XAF'::text, 'XOF'::text, 'XPF'::text])) THEN 1 WHEN (currency = ANY (ARRAY['BHD'::text, 'IQD'::text, 'JOD'::text, 'KWD'::text, 'LYD'::text, 'OMR'::text, 'TND'::text])) THEN 1000 WHEN (currency = ANY (ARRAY['CLF'::text, 'UYW'::text])) THEN 10000 ELSE 100 END

CREATE OR REPLACE FUNCTION cortex.most_repairs()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select 5 $function$

CREATE OR REPLACE FUNCTION cortex.move_people(addresses text[], fresh text[])
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  movers uuid[];
  profiles uuid[];
  olds text[];
  news text[];
  met record;
begin
  if cardinality(addresses) > 20 then
    perform set_config('plan_cache_mode', 'force_custom_plan', true);
  end if;
  select array_agg(m.person_id), array_agg(m.profile_id), array_agg(m.old_address), array_agg(m.new_address)
  into movers, profiles, olds, news
  from cortex.people_who_moved(addresses) m;
  if movers is null then
    return false;
  end if;
  if exists (
    select v.address from unnest(olds || news) v (address) where v.address is not null
    except select a.address from unnest(addresses) a (address)
  ) then
    raise exception 'somebody of these addresses moved meanwhile' using errcode = 'CX001';
  end if;

  -- What a customer did as a lead under the old address stays theirs.
  insert into cortex.lead_owners (lead_id, profile_id, address)
  select distinct on (l.id) l.id, m.profile_id, m.old_address
  from unnest(profiles, olds) m (profile_id, old_address)
  join public.purchase_leads l on cortex.address(l.email) collate "C" = m.old_address
  where m.profile_id is not null
    and not exists (select from cortex.lead_owners o where o.lead_id = l.id and o.address = m.old_address)
  order by l.id
  on conflict (lead_id) do update set profile_id = excluded.profile_id, address = excluded.address;
  delete from cortex.lead_owners o
  using unnest(profiles, news) m (profile_id, new_address)
  where o.profile_id = m.profile_id and o.address = m.new_address;

  -- Out of each other's way first: two may have changed places.
  update cortex.people p
  set address = chr(1) || p.person_id
  from unnest(movers, news) m (person_id, new_address)
  where p.person_id = m.person_id and m.new_address is not null;
  delete from cortex.people p
  using unnest(fresh) f (address), unnest(news) m (address)
  where p.address = f.address and m.address = f.address;

  for met in
    select array_agg(p.person_id order by p.id is not distinct from d.id desc, p.type is not distinct from 'customer' desc,
      p.person_id) as people
    from (
      select v.person_id, v.address from unnest(movers, news) v (person_id, address) where v.address is not null
      union
      select x.person_id, x.address from unnest(news) v (address) join cortex.people x on x.address = v.address
    ) m
    join cortex.people p on p.person_id = m.person_id
    left join lateral (select d.id from cortex.directory_definition d where d.address = m.address limit 1) d on true
    group by m.address having count(*) > 1
  loop
    for nth in 2..cardinality(met.people) loop
      perform cortex.merge_people(met.people[nth], met.people[1]);
    end loop;
  end loop;

  update cortex.people p
  set address = m.new_address,
    suppressed_broadcast = exists (
      select from cortex.suppressions s where s.address = m.new_address and s.stream = 'broadcast'),
    suppressed_transactional = exists (
      select from cortex.suppressions s where s.address = m.new_address and s.stream = 'transactional')
  from unnest(movers, news) m (person_id, new_address)
  where p.person_id = m.person_id and m.new_address is not null;

  -- Whoever comes to the old address next finds the no that was given there.
  insert into cortex.people (
    address, consent_status, consent_source, consent_at, consent_text, consent_by, suppressed_broadcast,
    suppressed_transactional)
  select m.old_address, p.consent_status, p.consent_source, p.consent_at, p.consent_text, p.consent_by,
    exists (select from cortex.suppressions s where s.address = m.old_address and s.stream = 'broadcast'),
    exists (select from cortex.suppressions s where s.address = m.old_address and s.stream = 'transactional')
  from unnest(movers, olds, news) m (person_id, old_address, new_address)
  left join cortex.person_merges g on g.person_id = m.person_id
  join cortex.people p on p.person_id = coalesce(g.into_person_id, m.person_id)
  where p.consent_status = 'unsubscribed' and m.new_address is not null
  order by m.old_address collate "C"
  on conflict (address) do nothing;
  return true;
end
$function$

CREATE OR REPLACE FUNCTION cortex.near_spellings(name text)
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  bare text := name;
  near text[];
begin
  if octet_length(name) > length(name) then
    bare := translate(regexp_replace(normalize(name, NFD), '[\u0300-\u036f]', '', 'g'), 'øłđıħ', 'oldih');
    bare := replace(replace(replace(bare, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');
  end if;
  near := array[bare];
  -- Of one letter nothing would be left, and nobody guesses at forty.
  if length(bare) between 3 and 40 then
    for nth in 1..length(bare) loop
      near := near || overlay(bare placing '' from nth for 1);
    end loop;
  end if;
  return near;
end
$function$

CREATE OR REPLACE FUNCTION cortex.note_broadcast_outcomes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  of_broadcast uuid := coalesce(new.broadcast_id, old.broadcast_id);
  of_mail uuid := coalesce(new.id, old.id);
  at_domain text := cortex.report_domain(of_broadcast, coalesce(new.contact_email, old.contact_email)::text);
begin
  with changed as (
    select o.outcome, o.before, o.after from (values
      ('delivered', old.delivered_at, new.delivered_at), ('opened', old.opened_at, new.opened_at),
      ('clicked', old.clicked_at, new.clicked_at), ('bounced', old.bounced_at, new.bounced_at),
      ('complained', old.complained_at, new.complained_at),
      ('unsubscribed', old.unsubscribed_at, new.unsubscribed_at)) o (outcome, before, after)
    where o.before is distinct from o.after
  ), gone as (
    delete from cortex.broadcast_outcomes l using changed c
    where l.broadcast_id = of_broadcast and l.outcome = c.outcome and l.domain = at_domain and l.message_id = of_mail
      and c.after is null
  ), come as (
    insert into cortex.broadcast_outcomes (broadcast_id, outcome, domain, message_id)
    select of_broadcast, c.outcome, at_domain, of_mail from changed c
    where c.before is null and c.outcome <> 'delivered'
    on conflict do nothing
  )
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select of_broadcast, h.hour, w.what, w.node_id, c.outcome, '', sum(h.n)
  from changed c
  cross join lateral (
    select 'outcome' as what, at_domain as node_id
    union all
    select 'list', l.place::text from unnest(coalesce(new.lists, old.lists)) l (place)
    where c.outcome in ('delivered', 'clicked')) w
  cross join lateral (values (cortex.hour_of(c.before), -1), (cortex.hour_of(c.after), 1)) h (hour, n)
  where h.hour is not null
  group by h.hour, w.what, w.node_id, c.outcome having sum(h.n) <> 0
  union all
  select of_broadcast, d.hour, 'device', d.device, 'opened', '', sum(d.n)
  from (values
    (coalesce(old.opened_on, 'unknown'), cortex.hour_of(old.opened_at), -1),
    (coalesce(new.opened_on, 'unknown'), cortex.hour_of(new.opened_at), 1)) d (device, hour, n)
  where d.hour is not null
  group by d.hour, d.device having sum(d.n) <> 0;
  if tg_op = 'DELETE' then
    delete from cortex.broadcast_clicks k where k.message_id = old.id;
  end if;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.note_broadcast_rest()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from cortex.broadcast_rests r
  where r.broadcast_id = old.broadcast_id and r.state = old.state and r.message_id = old.id;
  if tg_op = 'UPDATE' and new.state in ('skipped', 'failed', 'uncertain', 'unknown', 'cancelled') then
    insert into cortex.broadcast_rests (broadcast_id, state, message_id)
    values (new.broadcast_id, new.state, new.id) on conflict do nothing;
  end if;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.note_error(trigger_name text, code text, message text, facts jsonb DEFAULT '{}'::jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into cortex.trigger_errors (trigger_name, sqlstate, message, context)
  values (note_error.trigger_name, code, note_error.message, facts);
exception when others then
  raise warning 'cortex: % failed (%) and the failure could not be noted', note_error.trigger_name, code;
end
$function$

CREATE OR REPLACE FUNCTION cortex.note_leads()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  noted text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct cortex.address(n.email)) filter (where n.email is not null) into noted from new_rows n;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct cortex.address(o.email)) filter (where o.email is not null) into noted from old_rows o;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct v.address) into noted
    from old_rows o
    full join new_rows n on n.id = o.id
    cross join lateral (values (cortex.address(o.email)), (cortex.address(n.email))) v (address)
    where v.address is not null
      and row(o.id, o.email::text, o.first_name, o.last_name, o.phone, o.country, o.timezone, o.language, o.tags,
          o.attributes, o.created_at)
        is distinct from
          row(n.id, n.email::text, n.first_name, n.last_name, n.phone, n.country, n.timezone, n.language, n.tags,
            n.attributes, n.created_at);
  else
    select array_agg(p.address) into noted from cortex.people p where p.type = 'lead';
  end if;
  perform cortex.note_touched(array_remove(noted, null));
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  perform cortex.put_addresses_aside(noted);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.note_lost_activities(since timestamp with time zone, max_rows integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  noted bigint;
begin
  insert into cortex.pending (address, activity_id, occurred_at)
  select cortex.address(a.contact_email), a.id, a.occurred_at
  from public.crm_activities a
  where a.person_id is null and a.occurred_at >= since and cortex.address(a.contact_email) is not null
    and not exists (select from cortex.pending q where q.activity_id = a.id)
  order by a.occurred_at desc
  limit max_rows;
  get diagnostics noted = row_count;
  return noted;
end
$function$

CREATE OR REPLACE FUNCTION cortex.note_profiles()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  noted text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct cortex.address(n.email)) filter (where n.email is not null) into noted from new_rows n;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct cortex.address(o.email)) filter (where o.email is not null) into noted from old_rows o;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct v.address) into noted
    from old_rows o
    full join new_rows n on n.id = o.id
    cross join lateral (values (cortex.address(o.email)), (cortex.address(n.email))) v (address)
    where v.address is not null
      and row(o.id, o.email::text, o.first_name, o.last_name, o.phone, o.country, o.timezone, o.language, o.tags,
          o.attributes, o.created_at)
        is distinct from
          row(n.id, n.email::text, n.first_name, n.last_name, n.phone, n.country, n.timezone, n.language, n.tags,
            n.attributes, n.created_at);
  else
    select array_agg(p.address) into noted from cortex.people p where p.type is not null;
  end if;
  perform cortex.note_touched(array_remove(noted, null));
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  perform cortex.put_addresses_aside(noted);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.note_recounts(currencies text[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  insert into cortex.pending (address, recount)
  select a.address, true
  from (
    select distinct cortex.address(u.email) collate "C" as address
    from public.transactions t join public.unified_profiles u on u.id = t.profile_id
    where upper(t.currency) = any (currencies)
  ) a
  where a.address is not null
    and not exists (select from cortex.pending q where q.address = a.address and q.recount);
$function$

CREATE OR REPLACE FUNCTION cortex.note_touched(addresses text[], activity_ids uuid[] DEFAULT '{}'::uuid[], activity_times timestamp with time zone[] DEFAULT '{}'::timestamp with time zone[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if addresses is null then
    return;
  end if;
  if current_setting('transaction_isolation') in ('read committed', 'read uncommitted') then
    perform set_config(
      'cortex.swept', case when current_setting('cortex.swept', true) in ('one', 'many') then 'many' else 'one' end, true);
    insert into cortex.touched (addresses, activity_ids, activity_times, activity_addresses)
    values (
      note_touched.addresses, note_touched.activity_ids, note_touched.activity_times,
      case when cardinality(note_touched.activity_ids) > 0 then note_touched.addresses else '{}' end);
  elsif cardinality(activity_ids) > 0 then
    insert into cortex.pending (address, activity_id, occurred_at)
    select n.address, n.id, n.occurred_at
    from unnest(note_touched.addresses, note_touched.activity_ids, note_touched.activity_times) n (address, id, occurred_at);
  else
    insert into cortex.pending (address)
    select distinct n.address collate "C" from unnest(note_touched.addresses) n (address);
  end if;
end
$function$

CREATE OR REPLACE FUNCTION cortex.note_transactions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  noted text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct cortex.address(u.email)) into noted
    from new_rows n
    cross join lateral (select u.email from public.unified_profiles u where u.id = n.profile_id limit 1) u;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct cortex.address(u.email)) into noted
    from old_rows o
    cross join lateral (select u.email from public.unified_profiles u where u.id = o.profile_id limit 1) u;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct cortex.address(u.email)) into noted
    from old_rows o
    full join new_rows n on n.id = o.id
    cross join lateral (values (o.profile_id), (n.profile_id)) v (profile_id)
    cross join lateral (select u.email from public.unified_profiles u where u.id = v.profile_id limit 1) u
    where row(o.profile_id, o.amount_minor, o.refunded_minor, o.currency, o.status)
      is distinct from row(n.profile_id, n.amount_minor, n.refunded_minor, n.currency, n.status);
  else
    select array_agg(p.address) into noted from cortex.people p where p.lifetime_value_minor <> 0;
  end if;
  perform cortex.note_touched(array_remove(noted, null));
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  perform cortex.put_addresses_aside(noted);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN now()

CREATE OR REPLACE FUNCTION cortex.number_text(value jsonb)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE COST 1
AS $function$
declare
  number float8 := cortex.json_number(value);
begin
  return case when abs(number) <= 9007199254740991 and trunc(number) = number then number::bigint::text end;
end
$function$

CREATE OR REPLACE FUNCTION cortex.oldest_visit()
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  month text;
  found_at timestamptz;
begin
  for month in
    select 'crm_activities_default' union all select m.place from cortex.activity_months('infinity') m
  loop
    execute format(
      'select min(a.occurred_at) from cortex.%I a where a.person_id is null and a.anonymous_id is not null', month)
    into found_at;
    if found_at is not null then
      return found_at;
    end if;
  end loop;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.pattern_of_addresses(addresses text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN (SELECT (('(?<![a-z0-9._%+-])(?:'::text || string_agg(replace(regexp_replace(a.address, '([^[:alnum:]@ ])'::text, '\\\1'::text, 'g'::text), '@'::text, '(?:@|%40)'::text), '|'::text)) || ')(?![a-z0-9-]|\.[a-z0-9])'::text) FROM unnest(pattern_of_addresses.addresses) a(address))

CREATE OR REPLACE FUNCTION cortex.pattern_of_names(names text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN (SELECT (('\m(?:'::text || string_agg(regexp_replace(n.name, '([^[:alnum:] ])'::text, '\\\1'::text, 'g'::text), '|'::text ORDER BY (length(n.name)) DESC)) || ')\M(?!" ?:)'::text) FROM unnest(pattern_of_names.names) n(name))

CREATE OR REPLACE FUNCTION cortex.people_who_moved(addresses text[])
 RETURNS TABLE(person_id uuid, profile_id uuid, old_address text, new_address text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  if cardinality(addresses) > 20 then
    perform set_config('plan_cache_mode', 'force_custom_plan', true);
  end if;
  return query
  select distinct on (m.person_id) m.person_id, m.profile_id, m.old_address, m.new_address
  from (
    -- From where they were …
    select p.person_id, p.id as profile_id, p.address as old_address, cortex.address(u.email) collate "C" as new_address
    from unnest(addresses) t (address)
    join cortex.people p on p.address = t.address
    join public.unified_profiles u on u.id = p.id
    where p.type = 'customer' and cortex.address(u.email) is distinct from p.address
    union all
    select p.person_id, null, p.address, cortex.address(l.email) collate "C"
    from unnest(addresses) t (address)
    join cortex.people p on p.address = t.address
    join public.purchase_leads l on l.id = p.id
    where p.type = 'lead' and cortex.address(l.email) <> p.address
      and (select true from cortex.directory_definition d where d.address = p.address limit 1) is null
    union all
    -- … and from where they are.
    select p.person_id, u.id, p.address, t.address
    from unnest(addresses) t (address)
    join public.unified_profiles u on cortex.address(u.email) collate "C" = t.address
    join cortex.people p on p.id = u.id
    where p.type = 'customer' and p.address <> t.address
    union all
    select p.person_id, null, p.address, t.address
    from unnest(addresses) t (address)
    cross join lateral (
      select l.id from public.purchase_leads l where cortex.address(l.email) collate "C" = t.address
      order by l.created_at desc, l.id desc limit 1
    ) l
    join cortex.people p on p.id = l.id
    where p.type = 'lead' and p.address <> t.address
      and (select true from cortex.directory_definition d where d.address = p.address limit 1) is null
    union all
    select p.person_id, u.id, p.address, t.address
    from unnest(addresses) t (address)
    join public.unified_profiles u on cortex.address(u.email) collate "C" = t.address
    join cortex.former_ids f on f.id = u.id
    join cortex.people p on p.person_id = f.person_id
    where p.type is null and p.address <> t.address
      and not exists (select from cortex.people x where x.id = u.id and x.address <> t.address)
      and (select true from cortex.directory_definition d where d.address = p.address limit 1) is null
  ) m
  order by m.person_id, m.new_address nulls last;
end
$function$

CREATE OR REPLACE FUNCTION cortex.plain_attributes(attributes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (jsonb_typeof(attributes) = 'object'::text) THEN attributes ELSE '{}'::jsonb END

CREATE OR REPLACE FUNCTION cortex.plain_tags(tags text[])
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ((tags IS NULL) OR (tags = '{}'::text[])) THEN '{}'::text[] WHEN ((array_ndims(tags) = 1) AND (array_lower(tags, 1) = 1) AND (array_position(tags, NULL::text) IS NULL)) THEN tags ELSE cortex.flat_tags(tags) END

CREATE OR REPLACE FUNCTION cortex.put_addresses_aside(addresses text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into cortex.pending (address)
  select distinct a.address collate "C" from unnest(addresses) a (address) where a.address is not null;
exception when others then
  raise warning 'cortex: touched addresses could not be put aside (%)', sqlstate;
end
$function$

CREATE OR REPLACE FUNCTION cortex.put_aside()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  with gone as (
    delete from cortex.touched t where t.txid = pg_current_xact_id()
    returning t.addresses, t.activity_ids, t.activity_times, t.activity_addresses
  )
  insert into cortex.pending (address, activity_id, occurred_at)
  select distinct a.address collate "C", null::uuid, null::timestamptz from gone g, unnest(g.addresses) a (address)
  union all
  select n.address, n.id, n.occurred_at
  from gone g, unnest(g.activity_ids, g.activity_times, g.activity_addresses) n (id, occurred_at, address);
end
$function$

CREATE OR REPLACE FUNCTION cortex.quiet_until(instant timestamp with time zone, hours jsonb, zone text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  starts time;
  ends time;
  here timestamp := cortex.local_time(instant, zone);
  wanted timestamp;
  tomorrow boolean;
begin
  if hours is null or jsonb_typeof(hours) <> 'object' then
    return null;
  end if;
  starts := (hours ->> 'from')::time;
  ends := (hours ->> 'to')::time;
  if starts < ends then
    if here::time < starts or here::time >= ends then
      return null;
    end if;
    tomorrow := false;
  elsif starts > ends then
    if here::time < starts and here::time >= ends then
      return null;
    end if;
    tomorrow := here::time >= starts;
  else
    return null;
  end if;
  wanted := here::date + case when tomorrow then 1 else 0 end + ends;
  return greatest(
    case when cortex.corrected_offset(instant, zone) is null then wanted at time zone zone else cortex.at_zone(wanted, zone) end,
    instant + interval '1 minute');
end
$function$

CREATE OR REPLACE FUNCTION cortex.recount_lifetime_values()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '5s'
AS $function$
declare
  currencies text[] := array[old.currency, new.currency];
begin
  perform cortex.fill_lists_anew('"lifetime_value"');
  perform cortex.note_recounts(currencies);
  perform pg_advisory_xact_lock(hashtextextended('cortex.currency', 0));
  perform cortex.note_recounts(currencies);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.refill_lists_of_activities()
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select cortex.fill_lists_anew('"activity');
$function$

CREATE OR REPLACE FUNCTION cortex.refresh_people(addresses text[], activity_ids uuid[], activity_times timestamp with time zone[], activity_addresses text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  missing text[];
  fresh text[];
  fresh_ids uuid[];
  known text[] := addresses;
  locked bigint;
  converted uuid[];
  homes uuid[];
  moved boolean := false;
  kept cortex.people;
  defined cortex.directory_definition;
  defined_rows cortex.directory_definition[];
  earliest timestamptz := activity_times[1];
  latest timestamptz := activity_times[1];
begin
  -- What is defined is counted in the workspace's currency; whoever changes that waits for us, and we for them.
  perform pg_advisory_xact_lock_shared(hashtextextended('cortex.currency', 0));
  -- Many are planned anew: see 30_directory_identity.sql.
  if cardinality(addresses) > 20 then
    perform set_config('plan_cache_mode', 'force_custom_plan', true);
  end if;

  -- One person whom we know, as most writes of the shop touch: the same as below in three plain statements, each of
  -- them younger than the lock. Whom the definition no longer has is left to the general way, and so is a moving.
  if cardinality(addresses) = 1 then
    select p.* into kept from cortex.people p where p.address = addresses[1] for no key update;
    if found then
      select d.* into defined from cortex.directory_definition d where d.address = addresses[1] limit 1;
      if found and (kept.id is not distinct from defined.id or not cortex.may_have_moved(addresses[1])) then
        known := '{}';
        addresses := '{}';
        if row(kept.id, kept.email::text, kept.type, kept.first_name, kept.last_name, kept.phone, kept.country,
            kept.timezone, kept.language, kept.tags, kept.attributes, kept.created_at, kept.lifetime_value_minor)
          is distinct from
            row(defined.id, defined.email::text, defined.type, defined.first_name, defined.last_name, defined.phone,
            defined.country, defined.timezone, defined.language, defined.tags, defined.attributes, defined.created_at,
            defined.lifetime_value_minor)
        then
          update cortex.people p
          set id = defined.id, email = defined.email, type = defined.type, first_name = defined.first_name,
            last_name = defined.last_name, phone = defined.phone, country = defined.country,
            timezone = defined.timezone, language = defined.language, tags = defined.tags,
            attributes = defined.attributes, created_at = defined.created_at,
            lifetime_value_minor = defined.lifetime_value_minor
          where p.person_id = kept.person_id;
          if kept.id is distinct from defined.id then
            if kept.id is not null then
              insert into cortex.former_ids (id, person_id) values (kept.id, kept.person_id) on conflict (id) do nothing;
            end if;
            if defined.type = 'customer' then
              converted := array[kept.person_id];
            end if;
          end if;
        end if;
      end if;
    end if;
  end if;

  -- Whoever moved joins their old address to the new one.
  if cardinality(addresses) > 1 or cortex.may_have_moved(addresses[1]) then
    addresses := cortex.addresses_with_moves(addresses);
    known := addresses;
  end if;

  -- 1. People that are missing. A row that this statement makes is right at once: whoever else touches its address
  -- has either committed before the snapshot, or meets our row in its own sweep and waits for us.
  if cardinality(addresses) > 0 then
    select array_agg(t.address) into missing
    from unnest(addresses) t (address)
    where not exists (select from cortex.people p where p.address = t.address);
  end if;
  if missing is not null then
    with made as (
      insert into cortex.people (
        address, id, email, type, first_name, last_name, phone, country, timezone, language, tags, attributes,
              created_at, lifetime_value_minor, suppressed_broadcast, suppressed_transactional)
      select
        t.address, d.id, d.email, d.type, d.first_name, d.last_name, d.phone, d.country, d.timezone, d.language,
              coalesce(d.tags, '{}'), coalesce(d.attributes, '{}'), d.created_at, coalesce(d.lifetime_value_minor, 0),
        exists (select from cortex.suppressions s where s.address = t.address and s.stream = 'broadcast'),
        exists (select from cortex.suppressions s where s.address = t.address and s.stream = 'transactional')
      from unnest(missing) t (address)
      left join lateral (select * from cortex.directory_definition d where d.address = t.address limit 1) d on true
      order by t.address collate "C"
      on conflict (address) do nothing
      returning people.address, people.id
    )
    select array_agg(made.address), array_agg(made.id) into fresh, fresh_ids from made;
    if cardinality(fresh) = cardinality(addresses) then
      known := '{}';
    elsif fresh is not null then
      known := array(select t.address from unnest(addresses) t (address) where t.address <> all (fresh));
    end if;
  end if;

  if cardinality(known) > 0 then
    -- 2. Locks, sorted.
    perform from cortex.people p where p.address = any (known) order by p.address for no key update;
    get diagnostics locked = row_count;
    if locked <> cardinality(known) then
      raise exception 'a person of these addresses was renamed meanwhile' using errcode = 'CX001';
    end if;

    -- What is defined is read before it is asked who moved. A transaction that puts its addresses aside commits without
    -- these locks: were it to move somebody between the two, the rows read afterwards would be given to other people.
    defined_rows := array(
      select row(
        t.address, d.id, d.email, d.type, d.first_name, d.last_name, d.phone, d.country, d.timezone, d.language, d.tags,
        d.attributes, d.created_at, d.lifetime_value_minor
      )::cortex.directory_definition
      from unnest(known) t (address)
      left join lateral (select * from cortex.directory_definition d where d.address = t.address limit 1) d on true);

    -- Whoever moved takes their person along. What was done under the old address in this transaction goes along where
    -- nobody is left to whom it could belong.
    if activity_addresses <> '{}' then
      homes := array(
        select p.person_id
        from unnest(activity_addresses) with ordinality n (address, nth)
        left join cortex.people p on p.address = n.address and n.address = any (known)
        order by n.nth);
    end if;
    moved := cortex.move_people(addresses, fresh);
    if moved then
      known := addresses;
      activity_addresses := array(
        select case when exists (select from cortex.directory_definition d where d.address = n.address) then n.address
          else coalesce(p.address, n.address) end
        from unnest(activity_addresses, homes) with ordinality n (address, home, nth)
        left join cortex.people p on p.person_id = n.home
        order by n.nth);
      missing := array(
        select t.address from unnest(addresses) t (address)
        where not exists (select from cortex.people p where p.address = t.address)
          and (t.address = any (activity_addresses)
            or exists (select from cortex.directory_definition d where d.address = t.address)));
      insert into cortex.people (
        address, id, email, type, first_name, last_name, phone, country, timezone, language, tags, attributes,
              created_at, lifetime_value_minor, suppressed_broadcast, suppressed_transactional)
      select
        t.address, d.id, d.email, d.type, d.first_name, d.last_name, d.phone, d.country, d.timezone, d.language,
              coalesce(d.tags, '{}'), coalesce(d.attributes, '{}'), d.created_at, coalesce(d.lifetime_value_minor, 0),
        exists (select from cortex.suppressions s where s.address = t.address and s.stream = 'broadcast'),
        exists (select from cortex.suppressions s where s.address = t.address and s.stream = 'transactional')
      from unnest(missing) t (address)
      left join lateral (select * from cortex.directory_definition d where d.address = t.address limit 1) d on true
      order by t.address collate "C"
      on conflict (address) do nothing;
      defined_rows := array(
        select row(
          t.address, d.id, d.email, d.type, d.first_name, d.last_name, d.phone, d.country, d.timezone, d.language, d.tags,
          d.attributes, d.created_at, d.lifetime_value_minor
        )::cortex.directory_definition
        from unnest(known) t (address)
        left join lateral (select * from cortex.directory_definition d where d.address = t.address limit 1) d on true);
      if exists (select from cortex.people_who_moved(addresses) m where m.new_address is not null) then
        raise exception 'somebody of these addresses moved meanwhile' using errcode = 'CX001';
      end if;
    end if;

    -- 3. The rows as they were defined when the locks were held.
    with changed as (
      update cortex.people p
      set id = d.id, email = d.email, type = d.type, first_name = d.first_name, last_name = d.last_name,
        phone = d.phone, country = d.country, timezone = d.timezone, language = d.language,
        tags = coalesce(d.tags, '{}'), attributes = coalesce(d.attributes, '{}'), created_at = d.created_at,
        lifetime_value_minor = coalesce(d.lifetime_value_minor, 0)
      from unnest(defined_rows) d
      where p.address = d.address
        and row(p.id, p.email::text, p.type, p.first_name, p.last_name, p.phone, p.country, p.timezone, p.language,
            p.tags, p.attributes, p.created_at, p.lifetime_value_minor)
          is distinct from
            row(d.id, d.email::text, d.type, d.first_name, d.last_name, d.phone, d.country, d.timezone, d.language,
            coalesce(d.tags, '{}'), coalesce(d.attributes, '{}'), d.created_at, coalesce(d.lifetime_value_minor, 0))
      returning p.person_id, p.type, old.id as old_id, new.id as new_id
    ), former as (
      insert into cortex.former_ids (id, person_id)
      select distinct on (c.old_id) c.old_id, c.person_id
      from changed c
      where c.old_id is not null and c.old_id is distinct from c.new_id
      order by c.old_id, c.person_id
      on conflict (id) do nothing
    )
    select array_agg(c.person_id) filter (where c.type = 'customer' and c.old_id is distinct from c.new_id)
    into converted from changed c;
  end if;

  -- Whose row was somebody else's before starts with what was said about mail then; a lead with a no only.
  if fresh is not null and exists (select from cortex.former_ids i where i.id = any (fresh_ids)) then
    update cortex.people f
    set consent_status = p.consent_status, consent_source = p.consent_source, consent_at = p.consent_at,
      consent_text = p.consent_text, consent_by = p.consent_by
    from unnest(fresh) t (address), cortex.former_ids i, cortex.people p
    where f.address = t.address and f.consent_status = 'unknown' and i.id = f.id and p.person_id = i.person_id
      and p.person_id <> f.person_id
      and (p.consent_status = 'unsubscribed' or (p.consent_status <> 'unknown' and f.type = 'customer'));
    update cortex.people f
    set paused_until = p.paused_until, paused_at = p.paused_at, paused_by = p.paused_by,
      paused_source = p.paused_source
    from unnest(fresh) t (address), cortex.former_ids i, cortex.people p
    where f.address = t.address and f.paused_at is null and i.id = f.id and p.person_id = i.person_id
      and p.person_id <> f.person_id and p.paused_at is not null;
    insert into cortex.topic_choices (person_id, topic_id, wanted, at, said_by, source)
    select f.person_id, c.topic_id, c.wanted, c.at, c.said_by, c.source
    from unnest(fresh) t (address), cortex.former_ids i, cortex.people f, cortex.topic_choices c
    where f.address = t.address and i.id = f.id and i.person_id <> f.person_id and c.person_id = i.person_id
      and (not c.wanted or f.type = 'customer')
    on conflict (person_id, topic_id) do nothing;
  end if;

  -- 4. A lead that became a customer: its history names the profile from now on.
  if converted is not null then
    update public.crm_activities a
    set contact_id = p.id
    from cortex.people p
    where p.person_id = any (converted) and a.person_id = p.person_id and a.contact_id is distinct from p.id;
  end if;

  -- 5. Activities that did not know their person: the customer they name, else who is at their address. The bounds let the executor leave the other months alone.
  if cardinality(activity_ids) > 0 then
    if cardinality(activity_ids) > 1 then
      select min(t.at), max(t.at) into earliest, latest from unnest(activity_times) t (at);
    end if;
    with filled as (
      update public.crm_activities a
      set person_id = coalesce(
          (select c.person_id from cortex.people c where c.id = a.contact_id and c.type = 'customer' limit 1), p.person_id),
        contact_id = coalesce(a.contact_id, case when p.type = 'customer' then p.id end)
      from unnest(activity_ids, activity_times, activity_addresses) n (id, occurred_at, address)
      join cortex.people p on p.address = n.address
      where a.id = n.id and a.occurred_at = n.occurred_at and a.person_id is null
        and a.occurred_at >= earliest and a.occurred_at <= latest
      returning a.person_id, a.id, a.occurred_at, a.history, a.type
    )
    insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history, type)
    select f.person_id, f.id, f.occurred_at, f.history, f.type from filled f;
  end if;
end
$function$

CREATE OR REPLACE FUNCTION cortex.repair_addresses(batch text[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  work record;
begin
  select array_agg(q.id) as rows,
    coalesce(array_agg(q.activity_id) filter (where q.homeless), '{}') as activity_ids,
    coalesce(array_agg(q.occurred_at) filter (where q.homeless), '{}') as activity_times,
    coalesce(array_agg(q.address) filter (where q.homeless), '{}') as activity_addresses
  into work
  from (
    select q.*, q.activity_id is not null and q.person_id is null as homeless
    from cortex.pending q where q.address = any (batch) order by q.id
  ) q;
  insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history)
  select a.person_id, a.id, a.occurred_at, a.history
  from cortex.pending q
  join public.crm_activities a on a.person_id = q.person_id and a.occurred_at = q.occurred_at and a.id = q.activity_id
  where q.id = any (work.rows);
  perform cortex.refresh_people(batch, work.activity_ids, work.activity_times, work.activity_addresses);
  delete from cortex.pending q where q.id = any (work.rows);
  delete from cortex.set_aside s where s.address = any (batch);
  return cardinality(batch);
end
$function$

CREATE OR REPLACE FUNCTION cortex.repair_pending(max_addresses integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
declare
  batch text[];
  one text;
  done int := 0;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'cortex.repair_pending needs READ COMMITTED' using errcode = 'object_not_in_prerequisite_state';
  end if;
  -- In the order of the index: a change of currency puts everybody aside at once.
  select array_agg(t.address order by t.address collate "C") into batch
  from (
    select distinct n.address from (
      select q.address from cortex.pending q
      where not exists (
        select from cortex.set_aside s
        where s.address = q.address and s.attempts >= cortex.most_repairs()
          and s.fingerprint = cortex.address_fingerprint(s.address))
      order by q.attempts, q.id limit max_addresses) n
  ) t;
  if batch is null then
    return 0;
  end if;
  begin
    return cortex.repair_addresses(batch);
  exception when others then
    null;
  end;
  foreach one in array batch loop
    begin
      done := done + cortex.repair_addresses(array[one]);
    exception when others then
      update cortex.pending q set attempts = q.attempts + 1 where q.address = one;
      perform cortex.note_error('repair_pending', sqlstate, sqlerrm);
      -- Values, constraints and limits; anything else passes, or is not this person's alone.
      if sqlstate ~ '^(22|23|54)' then
        insert into cortex.set_aside (address, attempts, sqlstate, fingerprint)
        values (one, 1, sqlstate, cortex.address_fingerprint(one))
        on conflict (address) do update set
          attempts = case when set_aside.fingerprint = excluded.fingerprint then set_aside.attempts + 1 else 1 end,
          sqlstate = excluded.sqlstate, fingerprint = excluded.fingerprint;
      end if;
    end;
  end loop;
  return done;
end
$function$

CREATE OR REPLACE FUNCTION cortex.report_domain(broadcast uuid, address text)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN COALESCE((SELECT d.domain FROM cortex.broadcast_domains d WHERE ((d.broadcast_id = report_domain.broadcast) AND (d.domain = lower(split_part(report_domain.address, '@'::text, 2))))), ''::text)

CREATE OR REPLACE FUNCTION cortex.rule_days(span jsonb, at timestamp with time zone, zone text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  today date := cortex.local_time(at, zone)::date;
  days text;
begin
  if span ->> 'unit' is distinct from 'days' or (span ->> 'n') !~ '^[0-9]{1,3}$' or (span ->> 'n')::int not between 0 and 366 then
    raise exception 'An anniversary takes days, at most 366.';
  end if;
  select string_agg(quote_literal(to_char(d, 'MM-DD')) || case
      when to_char(d, 'MM-DD') = '02-28' and extract(day from d + 1) <> 29 then ',''02-29''' else '' end, ',')
    into days from (select today + i as d from generate_series(0, (span ->> 'n')::int) i) t;
  return 'array[' || days || ']::text[]';
end
$function$

CREATE OR REPLACE FUNCTION cortex.rule_instant(value jsonb, at timestamp with time zone, zone text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  result timestamptz;
  parts text[];
begin
  if jsonb_typeof(value) = 'string' then
    parts := regexp_match(value #>> '{}', '^\s*([0-9]{1,9})\s+(minute|hour|day|week|month)s?\s+(ago|from now)\s*$', 'i');
    if parts is not null then
      return cortex.rule_shift(at, jsonb_build_object('n', parts[1]::int, 'unit', lower(parts[2]) || 's'),
        case lower(parts[3]) when 'ago' then -1 else 1 end, zone);
    end if;
    result := cortex.text_instant(value #>> '{}', zone);
  elsif jsonb_typeof(value) = 'object' and value ? 'ago' then
    result := cortex.rule_shift(at, value -> 'ago', -1, zone);
  elsif jsonb_typeof(value) = 'object' and value ? 'ahead' then
    result := cortex.rule_shift(at, value -> 'ahead', 1, zone);
  end if;
  if result is null then
    raise exception 'An instant in the rules cannot be read.';
  end if;
  return result;
end
$function$

CREATE OR REPLACE FUNCTION cortex.rule_operand(kind text, value jsonb, at timestamp with time zone, zone text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "DateStyle" TO 'ISO, YMD'
AS $function$
declare
  given text := jsonb_typeof(value);
begin
  case
    when kind in ('text', 'set') and given = 'string' then return quote_literal(cortex.fold(value #>> '{}')) || '::text';
    when kind = 'enum' and given = 'string' then return quote_literal(value #>> '{}') || '::text';
    when kind = 'number' and given = 'number' then return quote_literal(cortex.json_number(value)::text) || '::float8';
    when kind = 'boolean' and given = 'boolean' then return quote_literal(value #>> '{}') || '::boolean';
    when kind = 'instant' then return quote_literal(cortex.rule_instant(value, at, zone)::text) || '::timestamptz';
    else raise exception 'A value in the rules does not go with its operator.';
  end case;
end
$function$

CREATE OR REPLACE FUNCTION cortex.rule_operands(shape text, kind text, value jsonb, within jsonb, at timestamp with time zone, zone text)
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "DateStyle" TO 'ISO, YMD'
AS $function$
declare
  items text[];
begin
  case shape
    when 'none' then
      if value is not null then raise exception 'An operator in the rules takes no value, but has one.'; end if;
      return '{}';
    when 'one' then return array[cortex.rule_operand(kind, value, at, zone)];
    when 'list', 'pair' then
      if jsonb_typeof(value) is distinct from 'array' then raise exception 'A list of values in the rules cannot be read.'; end if;
      items := array(select cortex.rule_operand(kind, v, at, zone) from jsonb_array_elements(value) with ordinality t(v, o) order by o);
      if shape = 'pair' and cardinality(items) = 2 then return items; end if;
      if shape = 'list' and cardinality(items) between 1 and 1000 then return array['array[' || array_to_string(items, ',') || ']']; end if;
      raise exception 'A list of values in the rules has the wrong length.';
    when 'last' then
      return array[quote_literal(cortex.rule_shift(at, value, -1, zone)::text) || '::timestamptz', quote_literal((at + interval '300 seconds')::text) || '::timestamptz'];
    when 'next' then
      return array[quote_literal(at::text) || '::timestamptz', quote_literal(cortex.rule_shift(at, value, 1, zone)::text) || '::timestamptz'];
    when 'anniversary' then return array[quote_literal(zone) || '::text', cortex.rule_days(value, at, zone)];
    when 'count' then
      if jsonb_typeof(value) is distinct from 'number' or (value #>> '{}') !~ '^[0-9]{1,7}$' then
        raise exception 'A number of times in the rules cannot be read.';
      end if;
      return array[quote_literal(value #>> '{}') || '::float8'];
    when 'within' then
      return array[quote_literal(cortex.rule_shift(at, within, -1, zone)::text) || '::timestamptz', quote_literal((at + interval '300 seconds')::text) || '::timestamptz'];
    else raise exception 'An operator in the rules is not known.';
  end case;
end
$function$

CREATE OR REPLACE FUNCTION cortex.rule_shift(at timestamp with time zone, span jsonb, direction integer, zone text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  unit text := span ->> 'unit';
  n int;
  most int := case unit when 'minutes' then 52560000 when 'hours' then 876000 when 'days' then 36500 when 'weeks' then 5200 when 'months' then 1200 end;
begin
  if most is null or jsonb_typeof(span -> 'n') is distinct from 'number' or (span ->> 'n') !~ '^[0-9]{1,9}$' then
    raise exception 'A length of time in the rules cannot be read.';
  end if;
  n := (span ->> 'n')::int;
  if n < 1 or n > most then
    raise exception 'A length of time in the rules is too long.';
  end if;
  if unit in ('minutes', 'hours') then
    return at + direction * n * (case unit when 'minutes' then interval '1 minute' else interval '1 hour' end);
  end if;
  return cortex.at_zone(
    cortex.local_time(at, zone) + direction * n * (case unit when 'days' then interval '1 day' when 'weeks' then interval '7 days' else interval '1 month' end),
    zone);
end
$function$

CREATE OR REPLACE FUNCTION cortex.rule_sql(rule jsonb, place text, at timestamp with time zone, zone text, depth integer, lists uuid[])
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  field text := rule ->> 'field';
  operator text := rule ->> 'operator';
  value jsonb := rule -> 'value';
  positive text;
  kind text;
  x text;
  shape text;
  template text;
  operands text[] := '{}';
  path text;
  attribute text;
  element text;
  rows text;
  none_counts boolean;
  parts text[] := '{}';
  child jsonb;
  list record;
  result text;
begin
  if jsonb_typeof(rule) is distinct from 'object' then
    raise exception 'A condition in the rules cannot be read.';
  end if;
  if rule ? 'conditions' then
    if jsonb_typeof(rule -> 'conditions') <> 'array' or jsonb_array_length(rule -> 'conditions') = 0 then
      raise exception 'A group in the rules has no conditions.';
    end if;
    if depth > 4 then
      raise exception 'The rules are nested too deep.';
    end if;
    for child in select c from jsonb_array_elements(rule -> 'conditions') with ordinality t(c, o) order by o loop
      result := cortex.rule_sql(child, place, at, zone, depth + 1, lists);
      if result is null then
        raise exception 'A condition in the rules cannot be read.';
      end if;
      parts := parts || result;
    end loop;
    case operator
      when 'AND' then return '(' || array_to_string(parts, ' and ') || ')';
      when 'OR' then return '(' || array_to_string(parts, ' or ') || ')';
      when 'NOT' then
        if cardinality(parts) <> 1 then raise exception 'NOT takes exactly one condition.'; end if;
        return format('((%s) is not true)', parts[1]);
      else raise exception 'The operator of a group is not known.';
    end case;
  end if;

  if field is null or operator is null then
    raise exception 'A condition in the rules has no field or no operator.';
  end if;
  positive := case operator when 'neq' then 'eq' when 'not_in' then 'in' when 'not_contains' then 'contains' when 'not_in_last' then 'in_last' when 'has_none' then 'has_any' when 'is_empty' then 'is_set' when 'not_exists' then 'exists' when 'not_enrolled' then 'enrolled' else operator end;
  case
    when place = 'person' and field = 'type' then kind := 'enum'; x := 'p.type';
    when place = 'person' and field = 'email' then kind := 'text'; x := '(p.address)';
    when place = 'person' and field = 'first_name' then kind := 'text'; x := '(cortex.fold(p.first_name) collate "C")';
    when place = 'person' and field = 'last_name' then kind := 'text'; x := '(cortex.fold(p.last_name) collate "C")';
    when place = 'person' and field = 'phone' then kind := 'text'; x := '(cortex.fold(p.phone) collate "C")';
    when place = 'person' and field = 'country' then kind := 'text'; x := '(cortex.fold(p.country) collate "C")';
    when place = 'person' and field = 'timezone' then kind := 'text'; x := '(cortex.fold(p.timezone) collate "C")';
    when place = 'person' and field = 'language' then kind := 'text'; x := '(cortex.fold(p.language) collate "C")';
    when place = 'person' and field = 'tags' then kind := 'set'; x := 'p.tags_folded';
    when place = 'person' and field = 'created_at' then kind := 'instant'; x := 'p.created_at';
    when place = 'person' and field = 'last_activity' then kind := 'instant'; x := 'p.last_activity';
    when place = 'person' and field = 'lifetime_value' then kind := 'number'; x := '(p.lifetime_value_minor::float8 / (select cortex.money_unit(w.currency) from (select s.currency from cortex.settings s) w))';
    when place = 'person' and field = 'can_be_emailed' then kind := 'boolean'; x := '(cortex.may_be_mailed(p.suppressed_broadcast, p.consent_status, (select s.mail_unanswered from cortex.settings s)) and p.linked_consent is null)';
    when place = 'person' and field = 'consent' then kind := 'enum'; x := 'p.consent_status';
    when place = 'person' and field = 'enrollment' then kind := 'enrollment';
    when place = 'person' and field = 'smart_list' then kind := 'list';
    when place = 'person' and field = 'activity' then kind := 'activity';
    when place = 'person' and starts_with(field, 'attributes.') and length(field) between 12 and 111 then
      kind := cortex.rule_type(positive, value, zone);
      x := quote_literal(substr(field, 12));
    when place = 'where' and field ~ '^metadata(\.[A-Za-z0-9_]{1,100}){1,10}$' then
      kind := cortex.rule_type(positive, value, zone);
      path := quote_literal('lax $."' || replace(substr(field, 10), '.', '"."') || '"[*]') || '::jsonpath';
      x := 'm.v';
    else raise exception 'A field in the rules is not known here.';
  end case;
  case kind || ' ' || positive
    when 'text eq' then shape := 'one'; template := '%1$s = %2$s';
    when 'number eq' then shape := 'one'; template := '%1$s = %2$s';
    when 'instant eq' then shape := 'one'; template := '%1$s = %2$s';
    when 'boolean eq' then shape := 'one'; template := '%1$s = %2$s';
    when 'enum eq' then shape := 'one'; template := '%1$s = %2$s';
    when 'text in' then shape := 'list'; template := '%1$s = any(%2$s)';
    when 'number in' then shape := 'list'; template := '%1$s = any(%2$s)';
    when 'instant in' then shape := 'list'; template := '%1$s = any(%2$s)';
    when 'enum in' then shape := 'list'; template := '%1$s = any(%2$s)';
    when 'list in' then shape := 'lists'; template := '%1$s';
    when 'text contains' then shape := 'one'; template := '%1$s like cortex.like_part(%2$s)';
    when 'set contains' then shape := 'one'; template := '%1$s @> array[%2$s]';
    when 'text starts_with' then shape := 'one'; template := 'starts_with(%1$s, %2$s)';
    when 'text ends_with' then shape := 'one'; template := 'right(%1$s, length(%2$s)) = %2$s';
    when 'number gt' then shape := 'one'; template := '%1$s > %2$s';
    when 'instant gt' then shape := 'one'; template := '%1$s > %2$s';
    when 'number gte' then shape := 'one'; template := '%1$s >= %2$s';
    when 'instant gte' then shape := 'one'; template := '%1$s >= %2$s';
    when 'number lt' then shape := 'one'; template := '%1$s < %2$s';
    when 'instant lt' then shape := 'one'; template := '%1$s < %2$s';
    when 'number lte' then shape := 'one'; template := '%1$s <= %2$s';
    when 'instant lte' then shape := 'one'; template := '%1$s <= %2$s';
    when 'number between' then shape := 'pair'; template := '%1$s between %2$s and %3$s';
    when 'instant between' then shape := 'pair'; template := '%1$s between %2$s and %3$s';
    when 'instant in_last' then shape := 'last'; template := '%1$s between %2$s and %3$s';
    when 'instant in_next' then shape := 'next'; template := '%1$s between %2$s and %3$s';
    when 'instant anniversary_in' then shape := 'anniversary'; template := 'to_char(case when exists (select from cortex.zone_corrections c where c.zone = %2$s) then cortex.local_time(%1$s, %2$s) else %1$s at time zone %2$s end, ''MM-DD'') = any(%3$s)';
    when 'set has_any' then shape := 'list'; template := '%1$s && %2$s';
    when 'set has_all' then shape := 'list'; template := '%1$s @> %2$s';
    when 'boolean is_true' then shape := 'none'; template := '%1$s is true';
    when 'boolean is_false' then shape := 'none'; template := '%1$s is false';
    when 'text is_set' then shape := 'none'; template := '%1$s <> ''''';
    when 'number is_set' then shape := 'none'; template := '%1$s is not null';
    when 'instant is_set' then shape := 'none'; template := '%1$s is not null';
    when 'set is_set' then shape := 'none'; template := 'cardinality(%1$s) > 0';
    when 'any is_set' then shape := 'none'; template := '%1$s not in (''null'', ''""'', ''{}'') and jsonb_typeof(%1$s) <> ''array''';
    when 'enrollment exists' then shape := 'enrollment'; template := '%1$s';
    when 'activity count_gte' then shape := 'count'; template := '%1$s >= %2$s';
    when 'activity count_lte' then shape := 'count'; template := '%1$s <= %2$s';
    when 'activity count_eq' then shape := 'count'; template := '%1$s = %2$s';
    when 'activity never' then shape := 'none'; template := '%1$s = 0';
    when 'activity first_within' then shape := 'within'; template := '%1$s between %2$s and %3$s';
    when 'activity last_within' then shape := 'within'; template := '%1$s between %2$s and %3$s';
    else raise exception 'An operator in the rules is not known for its field.';
  end case;

  case
    when kind = 'enrollment' then
      if value is not null and jsonb_typeof(value) <> 'object' then raise exception 'An enrollment in the rules cannot be read.'; end if;
      rows := 'true';
      if value ? 'course_id' then
        if not pg_input_is_valid(coalesce(value ->> 'course_id', ''), 'uuid') then raise exception 'A course in the rules cannot be read.'; end if;
        rows := rows || format(' and e.course_id = %L::uuid', value ->> 'course_id');
      end if;
      if value ? 'status' then
        rows := rows || format(' and e.status = %L::text', value ->> 'status');
      end if;
      result := format(template, format('exists (select from public.enrollments e where e.profile_id = p.id and %s)', rows));
    when kind = 'list' then
      if jsonb_typeof(value) is distinct from 'array' or jsonb_array_length(value) not between 1 and 1000 then
        raise exception 'The smart lists in the rules cannot be read.';
      end if;
      for child in select c from jsonb_array_elements(value) with ordinality t(c, o) order by o loop
        if not pg_input_is_valid(coalesce(child #>> '{}', ''), 'uuid') then raise exception 'A smart list in the rules cannot be read.'; end if;
        select l.id, l.kind, l.rules into list from public.crm_smart_lists l where l.id = (child #>> '{}')::uuid;
        if not found then raise exception 'The rules ask about a smart list that does not exist.'; end if;
        if list.kind = 'static' then
          parts := parts || format('exists (select from cortex.list_members m where m.smart_list_id = %L::uuid and m.person_id = p.person_id)', list.id);
        elsif list.id = any(lists) then
          raise exception 'The rules of a smart list ask about that list itself.';
        else
          parts := parts || cortex.rule_sql(list.rules, 'person', at, zone, 1, lists || list.id);
        end if;
      end loop;
      result := format(template, '(' || array_to_string(parts, ' or ') || ')');
    when kind = 'activity' then
      if jsonb_typeof(rule -> 'activity_type') is distinct from 'string' then raise exception 'An activity in the rules has no type.'; end if;
      rows := format('a.type = %L::text and a.person_id is not null', rule ->> 'activity_type');
      if rule ? 'within' and positive in ('count_gte', 'count_lte', 'count_eq', 'never') then
        rows := rows || format(' and a.occurred_at between %1$L::timestamptz and %2$L::timestamptz',
          cortex.rule_shift(at, rule -> 'within', -1, zone), at + interval '300 seconds');
      end if;
      if rule ? 'where' then
        if not (rule -> 'where') ? 'conditions' then raise exception 'What an activity must say cannot be read.'; end if;
        rows := rows || format(' and (%s)', cortex.rule_sql(rule -> 'where', 'where', at, zone, depth, lists));
      end if;
      operands := cortex.rule_operands(shape, kind, value, rule -> 'within', at, zone);
      case positive
        when 'count_gte' then x := 'count(*)';
        when 'count_lte' then x := 'count(*)';
        when 'count_eq' then x := 'count(*)';
        when 'never' then x := 'count(*)';
        when 'first_within' then x := 'min(a.occurred_at)';
        when 'last_within' then x := 'max(a.occurred_at)';
        else raise exception 'An operator in the rules is not known for its field.';
      end case;
      case positive
        when 'count_gte' then none_counts := 0 >= (value #>> '{}')::float8;
        when 'count_lte' then none_counts := 0 <= (value #>> '{}')::float8;
        when 'count_eq' then none_counts := 0 = (value #>> '{}')::float8;
        when 'never' then none_counts := 0 = 0;
        when 'first_within' then none_counts := false;
        when 'last_within' then none_counts := false;
        else raise exception 'An operator in the rules is not known for its field.';
      end case;
      x := format(template, variadic array[x] || operands);
      result := case when none_counts then format('not exists (select from (select a.person_id from public.crm_activities a where %1$s group by a.person_id having not (%2$s)) s where s.person_id = p.person_id)', rows, x) else format('exists (select from (select a.person_id from public.crm_activities a where %1$s group by a.person_id having %2$s) s where s.person_id = p.person_id)', rows, x) end;
    else
      operands := cortex.rule_operands(shape, kind, value, null, at, zone);
      if path is not null then
        case kind
          when 'any' then x := format('%1$s', x, zone);
          when 'text' then x := format('cortex.json_text(%1$s)', x, zone);
          when 'number' then x := format('cortex.json_number(%1$s)', x, zone);
          when 'boolean' then x := format('cortex.json_boolean(%1$s)', x, zone);
          when 'instant' then x := format('cortex.json_instant(%1$s, %2$L)', x, zone);
          else raise exception 'A value in the rules does not go with its operator.';
        end case;
      elsif starts_with(field, 'attributes.') then
        attribute := x;
        element := 'e.v';
        case kind
          when 'any' then element := format('%1$s', element, zone);
          when 'text' then element := format('cortex.json_text(%1$s)', element, zone);
          when 'number' then element := format('cortex.json_number(%1$s)', element, zone);
          when 'boolean' then element := format('cortex.json_boolean(%1$s)', element, zone);
          when 'instant' then element := format('cortex.json_instant(%1$s, %2$L)', element, zone);
          else raise exception 'A value in the rules does not go with its operator.';
        end case;
        case kind
          when 'any' then x := format('(p.attributes -> %1$s)', attribute, zone);
          when 'text' then x := format('cortex.field_text(p.attributes, %1$s)', attribute, zone);
          when 'number' then x := format('cortex.field_number(p.attributes, %1$s)', attribute, zone);
          when 'boolean' then x := format('cortex.json_boolean((p.attributes -> %1$s))', attribute, zone);
          when 'instant' then x := format('cortex.json_instant((p.attributes -> %1$s), %2$L)', attribute, zone);
          else raise exception 'A value in the rules does not go with its operator.';
        end case;
      end if;
      result := '(' || format(template, variadic array[x] || operands) || ')';
      if attribute is not null then
        result := format('(%2$s or (jsonb_typeof((p.attributes -> %1$s)) = ''array'' and exists (select from jsonb_array_elements(case jsonb_typeof((p.attributes -> %1$s)) when ''array'' then (p.attributes -> %1$s) end) as e (v) where %3$s)))', attribute, result,
          format(template, variadic array[element] || operands));
      end if;
      if path is not null then
        result := format('exists (select from jsonb_path_query(a.metadata, %1$s) as m (v) where %2$s)', path, result);
      end if;
  end case;
  if result is null then
    raise exception 'A condition in the rules cannot be read.';
  end if;
  return case when positive <> operator then format('((%s) is not true)', result) else result end;
end
$function$

CREATE OR REPLACE FUNCTION cortex.rule_type(operator text, value jsonb, zone text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  kinds text[];
  kind text;
  item jsonb;
begin
  case
    when value is null then kinds := '{any,boolean}';
    when jsonb_typeof(value) in ('number', 'boolean') then kinds := array[jsonb_typeof(value)];
    when jsonb_typeof(value) = 'string' then
      kinds := case
        when cortex.text_instant(value #>> '{}', 'UTC') is not null then '{instant,text}'::text[]
        when (value #>> '{}') ~* '^\s*[0-9]{1,9}\s+(minute|hour|day|week|month)s?\s+(ago|from now)\s*$' then '{text,instant}'
        else '{text}' end;
    when jsonb_typeof(value) = 'object' then kinds := '{instant}';
    when jsonb_typeof(value) = 'array' then
      for item in select v from jsonb_array_elements(value) v loop
        kind := cortex.rule_type(operator, item, zone);
        if kinds is null then kinds := array[kind]; end if;
        -- Texts among instants: then all are texts.
        if kind is distinct from kinds[1] then kinds := case when kind in ('text', 'instant') and kinds[1] in ('text', 'instant') then '{text}'::text[] else '{}' end; end if;
      end loop;
    else kinds := '{}';
  end case;
  foreach kind in array coalesce(kinds, '{}') loop
    if kind || ' ' || operator = any('{"text eq","number eq","instant eq","boolean eq","enum eq","text in","number in","instant in","enum in","list in","text contains","set contains","text starts_with","text ends_with","number gt","instant gt","number gte","instant gte","number lt","instant lt","number lte","instant lte","number between","instant between","instant in_last","instant in_next","instant anniversary_in","set has_any","set has_all","boolean is_true","boolean is_false","text is_set","number is_set","instant is_set","set is_set","any is_set","enrollment exists","activity count_gte","activity count_lte","activity count_eq","activity never","activity first_within","activity last_within"}'::text[]) then
      return kind;
    end if;
  end loop;
  raise exception 'A value in the rules does not go with its operator.';
end
$function$

CREATE OR REPLACE FUNCTION cortex.settle_consent(standing_status text, standing_at timestamp with time zone, standing_by text, given_status text, given_at timestamp with time zone, given_by text, instant timestamp with time zone)
 RETURNS TABLE(replaces boolean, at timestamp with time zone, said_by text)
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select r.replaces,
    case
      when r.both_no then greatest(standing_at, coalesce(given_at, instant))
      when r.replaces then coalesce(given_at, instant)
      else standing_at
    end,
    case
      when r.both_no and (standing_by = 'person' or given_by = 'person') then 'person'
      when r.replaces then given_by
      else standing_by
    end
  from (
    select
      standing_status = 'unsubscribed' and given_status = 'unsubscribed' as both_no,
      case
        when given_status = 'unknown' then false
        when standing_status = 'unknown' then true
        when standing_status = 'unsubscribed' and given_status = 'unsubscribed' then
          coalesce(given_at >= standing_at, true)
        when given_status = 'unsubscribed' then
          who.stood = 'import' or (given_by = 'person' and who.stood <> 'person') or
            coalesce(given_at >= standing_at, true)
        when standing_status = 'unsubscribed' then
          given_by <> 'import' and (given_by = 'person' or who.stood <> 'person')
            and coalesce(given_at > standing_at, true)
        when (given_by = 'person') <> (who.stood = 'person') then given_by = 'person'
        else coalesce(
          given_at > standing_at or (given_at = standing_at and (given_status = 'pending' or standing_status <> 'pending')),
          true)
      end as replaces
    from (select coalesce(standing_by, 'system') as stood) who
  ) r
$function$

CREATE OR REPLACE FUNCTION cortex.sweep()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  this text := pg_current_xact_id()::text;
  mark text := current_setting('cortex.swept', true);
  work record;
  noted bigint;
  code text;
  reason text;
begin
  if mark = this then
    return null;
  end if;
  perform set_config('cortex.swept', this, true);
  for attempt in 1..3 loop
    begin
      -- One statement touched one person: the row that fires us is all there is.
      if mark = 'one' and cardinality(new.addresses) = 1 then
        delete from cortex.touched t where t.txid = pg_current_xact_id();
        get diagnostics noted = row_count;
        if noted <> 1 then
          raise exception '% rows were noted where one was said', noted;
        end if;
        perform cortex.refresh_people(new.addresses, new.activity_ids, new.activity_times, new.activity_addresses);
        if exists (select from cortex.person_merges m where m.followed < 2 and m.merged_at >= now()) then
          perform cortex.follow_merges_since(now());
        end if;
        return null;
      end if;
      with gone as (
        delete from cortex.touched t where t.txid = pg_current_xact_id()
        returning t.addresses, t.activity_ids, t.activity_times, t.activity_addresses
      )
      select
        array(
          select distinct a.address collate "C" from gone g, unnest(g.addresses) a (address) order by 1
        ) as addresses,
        array(select unnest(g.activity_ids) from gone g) as activity_ids,
        array(select unnest(g.activity_times) from gone g) as activity_times,
        array(select unnest(g.activity_addresses) from gone g) as activity_addresses
      into work;
      perform cortex.refresh_people(work.addresses, work.activity_ids, work.activity_times, work.activity_addresses);
      if exists (select from cortex.person_merges m where m.followed < 2 and m.merged_at >= now()) then
        perform cortex.follow_merges_since(now());
      end if;
      return null;
    exception
      when sqlstate 'CX001' then
        code := sqlstate;
        reason := sqlerrm;
      when others then
        code := sqlstate;
        reason := sqlerrm;
        exit;
    end;
  end loop;
  begin
    perform cortex.put_aside();
  exception when others then
    raise warning 'cortex: touched addresses could not be put aside (%)', sqlstate;
    perform cortex.note_error('put_aside', sqlstate, sqlerrm);
  end;
  if code is not null then
    perform cortex.note_error('sweep', code, reason);
  end if;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.text_instant(value text, zone text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'cortex', 'pg_temp'
 SET "DateStyle" TO 'ISO, YMD'
AS $function$
begin
  if value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
    if pg_input_is_valid(value, 'date') and value >= '0001' then
      return cortex.at_zone(value::date::timestamp, zone);
    end if;
  elsif value ~* '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])$' then
    value := regexp_replace(value, '(\.[0-9]{6})[0-9]+', '\1');
    if pg_input_is_valid(value, 'timestamptz') then
      return value::timestamptz;
    end if;
  end if;
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.tidy_known_names()
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  added bigint;
  gone bigint;
begin
  with held as (
    select distinct n.kind, left(cortex.fold(n.name), 100) as name
    from (
      select 'first' as kind, p.first_name as name from cortex.people p group by p.first_name
      union all
      select 'last', p.last_name from cortex.people p group by p.last_name
    ) n
    where n.name <> ''
  ), forgotten as (
    delete from cortex.known_names k where not exists (select from held h where h.kind = k.kind and h.name = k.name)
    returning 1
  ), taken as (
    insert into cortex.known_names (kind, name, near)
    select h.kind, h.name, cortex.near_spellings(h.name) from held h
    where not exists (select from cortex.known_names k where h.kind = k.kind and h.name = k.name)
    returning 1
  )
  select (select count(*) from taken), (select count(*) from forgotten) into added, gone;
  return added + gone;
end
$function$

CREATE OR REPLACE FUNCTION cortex.topic_off(topic uuid, wanted boolean, default_on boolean)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((topic IS NOT NULL) AND (NOT COALESCE(wanted, default_on, false)))

CREATE OR REPLACE FUNCTION cortex.touch_lists_of_enrollment()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
begin
  if exists (select from cortex.list_keeping) then
    insert into cortex.list_touched (person_id, what)
    select p.person_id, 'enrollment' from cortex.people p where p.id in (new.profile_id, old.profile_id);
  end if;
  insert into cortex.run_changes (person_id, what)
  select p.person_id, 'enrollment' from cortex.people p
  where p.id in (new.profile_id, old.profile_id)
    and exists (select from cortex.automation_runs r where r.person_id = p.person_id and r.status = 'waiting');
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.touch_lists_of_link()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into cortex.list_touched (person_id, what)
  select person_id, 'any' from unnest(array[new.person_id, new.into_person_id, old.person_id, old.into_person_id]) t (person_id)
  where person_id is not null and exists (select from cortex.list_keeping);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.touch_lists_of_person()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if exists (select from cortex.list_keeping) then
    insert into cortex.list_touched (person_id, what, history)
    values (new.person_id, case when tg_op = 'INSERT' then 'any' else 'person' end,
      current_setting('cortex.history', true) is not distinct from 'true');
  end if;
  insert into cortex.run_changes (person_id, what)
  select new.person_id, 'person'
  where exists (select from cortex.automation_runs r where r.person_id = new.person_id and r.status = 'waiting');
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.touch_runs_of_member()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into cortex.run_changes (person_id, what)
  select distinct c.person_id, 'static_list' from changed c
  where exists (select from public.crm_smart_lists l where l.id = c.smart_list_id and l.kind = 'static')
    and exists (select from cortex.automation_runs r where r.person_id = c.person_id and r.status = 'waiting');
  return null;
end
$function$

CREATE OR REPLACE FUNCTION cortex.touch_runs_of_settings()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into cortex.run_changes (what) values ('setting');
  return null;
end
$function$

CREATE OR REPLACE FUNCTION public.resolve_smart_list(list_id uuid)
 RETURNS TABLE(id uuid, email public.citext, type text, first_name text, last_name text, tags text[])
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'cortex', 'pg_temp'
 SET "DateStyle" TO 'ISO, YMD'
 SET standard_conforming_strings TO 'on'
AS $function$
#variable_conflict use_column
declare
  list record;
  condition text;
  at timestamptz;
  zone text;
  said text;
  code text;
begin
  at := date_trunc('milliseconds', cortex.now());
  zone := (select s.timezone from cortex.settings s);
  select l.id, l.kind, l.rules into list from public.crm_smart_lists l where l.id = list_id;
  if not found then
    raise exception 'There is no smart list with this id.';
  end if;
  if list.kind = 'static' then
    condition := format('exists (select from cortex.list_members m where m.smart_list_id = %L::uuid and m.person_id = p.person_id)', list.id);
  else
    if not coalesce(list.rules ? 'conditions', false) then
      raise exception 'The rules of this smart list cannot be read.';
    end if;
    condition := cortex.rule_sql(list.rules, 'person', at, zone, 1, array[list.id]);
  end if;
  if condition is null then
    raise exception 'The rules of this smart list cannot be read.';
  end if;
  return query execute
    'select p.id, p.email, p.type, p.first_name, p.last_name, p.tags from cortex.people p where p.type is not null and (not exists (select from cortex.person_links) or not exists (select from cortex.person_links k where k.person_id = p.person_id)) and (' || condition || ')';
exception
  -- The original errors show the query and its values to the caller.
  when query_canceled then
    raise exception 'Resolving this smart list was cancelled or took too long.' using errcode = 'query_canceled';
  when others then
    get stacked diagnostics said = message_text, code = returned_sqlstate;
    if code = 'P0001' then
      raise exception '%', said;
    end if;
    raise exception 'This smart list cannot be resolved (%).', code;
end
$function$

-- triggers

CREATE TRIGGER audit_is_kept BEFORE DELETE OR UPDATE ON cortex.audit FOR EACH ROW EXECUTE FUNCTION cortex.guard_audit()

CREATE TRIGGER audit_is_kept_whole BEFORE TRUNCATE ON cortex.audit FOR EACH STATEMENT EXECUTE FUNCTION cortex.guard_audit()

CREATE TRIGGER audit_seals_are_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON cortex.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION cortex.guard_audit_seals()

CREATE TRIGGER count_delete AFTER DELETE ON cortex.automation_run_steps REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.count_automation_run_steps_delete()

CREATE TRIGGER count_insert AFTER INSERT ON cortex.automation_run_steps REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.count_automation_run_steps_insert()

CREATE TRIGGER count_update AFTER UPDATE ON cortex.automation_run_steps REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.count_automation_run_steps_update()

CREATE TRIGGER count_delete AFTER DELETE ON cortex.automation_runs REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.count_automation_runs_delete()

CREATE TRIGGER count_insert AFTER INSERT ON cortex.automation_runs REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.count_automation_runs_insert()

CREATE TRIGGER count_update AFTER UPDATE ON cortex.automation_runs REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.count_automation_runs_update()

CREATE TRIGGER delete_steps BEFORE DELETE ON cortex.automation_runs FOR EACH ROW EXECUTE FUNCTION cortex.delete_steps_of_run()

CREATE TRIGGER count_click BEFORE INSERT OR DELETE OR UPDATE OF machine ON cortex.broadcast_clicks FOR EACH ROW EXECUTE FUNCTION cortex.count_broadcast_click()

CREATE TRIGGER touch_runs_in AFTER INSERT ON cortex.list_members REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION cortex.touch_runs_of_member()

CREATE TRIGGER touch_runs_out AFTER DELETE ON cortex.list_members REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION cortex.touch_runs_of_member()

CREATE TRIGGER count_delete AFTER DELETE ON cortex.messages REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.count_messages_delete()

CREATE TRIGGER count_insert AFTER INSERT ON cortex.messages REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.count_messages_insert()

CREATE TRIGGER count_update AFTER UPDATE ON cortex.messages REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.count_messages_update()

CREATE TRIGGER report_delete AFTER DELETE ON cortex.messages FOR EACH ROW WHEN ((old.broadcast_id IS NOT NULL)) EXECUTE FUNCTION cortex.note_broadcast_outcomes()

CREATE TRIGGER report_update AFTER UPDATE OF delivered_at, opened_at, clicked_at, bounced_at, complained_at, unsubscribed_at ON cortex.messages FOR EACH ROW WHEN ((new.broadcast_id IS NOT NULL)) EXECUTE FUNCTION cortex.note_broadcast_outcomes()

CREATE TRIGGER rest_delete AFTER DELETE ON cortex.messages FOR EACH ROW WHEN (((old.broadcast_id IS NOT NULL) AND (old.state = ANY (ARRAY['skipped'::text, 'failed'::text, 'uncertain'::text, 'unknown'::text, 'cancelled'::text])))) EXECUTE FUNCTION cortex.note_broadcast_rest()

CREATE TRIGGER rest_update AFTER UPDATE OF state ON cortex.messages FOR EACH ROW WHEN (((new.broadcast_id IS NOT NULL) AND (new.state IS DISTINCT FROM old.state) AND ((new.state = ANY (ARRAY['skipped'::text, 'failed'::text, 'uncertain'::text, 'unknown'::text, 'cancelled'::text])) OR (old.state = ANY (ARRAY['skipped'::text, 'failed'::text, 'uncertain'::text, 'unknown'::text, 'cancelled'::text]))))) EXECUTE FUNCTION cortex.note_broadcast_rest()

CREATE TRIGGER fold_person BEFORE INSERT OR UPDATE OF first_name, last_name, tags ON cortex.people FOR EACH ROW EXECUTE FUNCTION cortex.fold_person()

CREATE TRIGGER keep_erased_suppressed BEFORE INSERT OR UPDATE OF address, suppressed_broadcast, suppressed_transactional ON cortex.people FOR EACH ROW EXECUTE FUNCTION cortex.keep_erased_suppressed()

CREATE TRIGGER linked_consent AFTER UPDATE OF consent_status, paused_until ON cortex.people FOR EACH ROW WHEN (((old.consent_status IS DISTINCT FROM new.consent_status) OR (old.paused_until IS DISTINCT FROM new.paused_until))) EXECUTE FUNCTION cortex.linked_consent_of_person()

CREATE TRIGGER touch_lists AFTER UPDATE OF id, type, address, first_name, last_name, phone, country, timezone, language, tags, attributes, created_at, lifetime_value_minor, consent_status, linked_consent, suppressed_broadcast ON cortex.people FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.type IS DISTINCT FROM new.type) OR (old.address IS DISTINCT FROM new.address) OR (old.first_name IS DISTINCT FROM new.first_name) OR (old.last_name IS DISTINCT FROM new.last_name) OR (old.phone IS DISTINCT FROM new.phone) OR (old.country IS DISTINCT FROM new.country) OR (old.timezone IS DISTINCT FROM new.timezone) OR (old.language IS DISTINCT FROM new.language) OR (old.tags IS DISTINCT FROM new.tags) OR (old.attributes IS DISTINCT FROM new.attributes) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.lifetime_value_minor IS DISTINCT FROM new.lifetime_value_minor) OR (old.consent_status IS DISTINCT FROM new.consent_status) OR (old.linked_consent IS DISTINCT FROM new.linked_consent) OR (old.suppressed_broadcast IS DISTINCT FROM new.suppressed_broadcast))) EXECUTE FUNCTION cortex.touch_lists_of_person()

CREATE TRIGGER touch_lists_new AFTER INSERT ON cortex.people FOR EACH ROW WHEN ((new.type IS NOT NULL)) EXECUTE FUNCTION cortex.touch_lists_of_person()

CREATE TRIGGER linked_answers_delete AFTER DELETE ON cortex.person_links REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.linked_answers_of_links()

CREATE TRIGGER linked_answers_insert AFTER INSERT ON cortex.person_links REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.linked_answers_of_links()

CREATE TRIGGER linked_answers_update AFTER UPDATE ON cortex.person_links REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.linked_answers_of_links()

CREATE TRIGGER touch_lists_link AFTER INSERT OR DELETE OR UPDATE ON cortex.person_links FOR EACH ROW EXECUTE FUNCTION cortex.touch_lists_of_link()

CREATE TRIGGER recount_lifetime_values AFTER UPDATE ON cortex.settings FOR EACH ROW WHEN ((old.currency IS DISTINCT FROM new.currency)) EXECUTE FUNCTION cortex.recount_lifetime_values()

CREATE TRIGGER touch_runs AFTER UPDATE ON cortex.settings FOR EACH ROW WHEN (((old.timezone IS DISTINCT FROM new.timezone) OR (old.mail_unanswered IS DISTINCT FROM new.mail_unanswered) OR (old.currency IS DISTINCT FROM new.currency))) EXECUTE FUNCTION cortex.touch_runs_of_settings()

CREATE TRIGGER linked_answers_delete AFTER DELETE ON cortex.topic_choices REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.linked_answers_of_topics()

CREATE TRIGGER linked_answers_insert AFTER INSERT ON cortex.topic_choices REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.linked_answers_of_topics()

CREATE TRIGGER linked_answers_update AFTER UPDATE ON cortex.topic_choices REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.linked_answers_of_topics()

CREATE CONSTRAINT TRIGGER sweep AFTER INSERT ON cortex.touched DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cortex.sweep()

CREATE TRIGGER cortex_30_inbox AFTER INSERT ON public.crm_activities REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.inbox_from_activities()

CREATE TRIGGER touch_runs_of_rules AFTER UPDATE ON public.crm_smart_lists FOR EACH ROW WHEN ((old.rules IS DISTINCT FROM new.rules)) EXECUTE FUNCTION cortex.touch_runs_of_settings()

CREATE TRIGGER cortex_20_activities_delete AFTER DELETE ON public.enrollments REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.activities_from_enrollments()

CREATE TRIGGER cortex_20_activities_insert AFTER INSERT ON public.enrollments REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.activities_from_enrollments()

CREATE TRIGGER cortex_20_activities_update AFTER UPDATE ON public.enrollments REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.activities_from_enrollments()

CREATE TRIGGER cortex_40_touch_lists AFTER INSERT OR DELETE OR UPDATE ON public.enrollments FOR EACH ROW EXECUTE FUNCTION cortex.touch_lists_of_enrollment()

CREATE TRIGGER cortex_10_note_delete AFTER DELETE ON public.purchase_leads REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_leads()

CREATE TRIGGER cortex_10_note_insert AFTER INSERT ON public.purchase_leads REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_leads()

CREATE TRIGGER cortex_10_note_truncate AFTER TRUNCATE ON public.purchase_leads FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_leads()

CREATE TRIGGER cortex_10_note_update AFTER UPDATE ON public.purchase_leads REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_leads()

CREATE TRIGGER cortex_20_activities_insert AFTER INSERT ON public.purchase_leads REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.activities_from_purchase_leads()

CREATE TRIGGER cortex_20_activities_update AFTER UPDATE ON public.purchase_leads REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.activities_from_purchase_leads()

CREATE TRIGGER cortex_10_note_delete AFTER DELETE ON public.transactions REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_transactions()

CREATE TRIGGER cortex_10_note_insert AFTER INSERT ON public.transactions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_transactions()

CREATE TRIGGER cortex_10_note_truncate AFTER TRUNCATE ON public.transactions FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_transactions()

CREATE TRIGGER cortex_10_note_update AFTER UPDATE ON public.transactions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_transactions()

CREATE TRIGGER cortex_20_activities_insert AFTER INSERT ON public.transactions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.activities_from_transactions()

CREATE TRIGGER cortex_20_activities_update AFTER UPDATE ON public.transactions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.activities_from_transactions()

CREATE TRIGGER cortex_10_note_delete AFTER DELETE ON public.unified_profiles REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_profiles()

CREATE TRIGGER cortex_10_note_insert AFTER INSERT ON public.unified_profiles REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_profiles()

CREATE TRIGGER cortex_10_note_truncate AFTER TRUNCATE ON public.unified_profiles FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_profiles()

CREATE TRIGGER cortex_10_note_update AFTER UPDATE ON public.unified_profiles REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.note_profiles()

CREATE TRIGGER cortex_20_activities_update AFTER UPDATE ON public.unified_profiles REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cortex.activities_from_unified_profiles()

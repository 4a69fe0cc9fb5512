import { settingSql } from '#rules';

/** One kind of thing that is stored about people: a list in the document. */
export interface Section {
  name: string;
  /** Its rows, out of `who (people uuid[], profiles uuid[], addresses text[])`. */
  from: string;
  /** What makes a row's place unique. */
  order: { column: string; type: 'uuid' | 'timestamptz' | 'text' | 'int' }[];
}

const byId: Section['order'] = [{ column: 'id', type: 'uuid' }];
const byTime: Section['order'] = [
  { column: 'occurred_at', type: 'timestamptz' },
  { column: 'id', type: 'uuid' },
];

/**
 * All tables that say something of a person. Left out are secrets (passwords, tokens, hashes) and what only says where our
 * own work stands.
 */
export const sections: readonly Section[] = [
  {
    name: 'people',
    from: `select p.person_id, p.id, p.address, p.email, p.type, p.lifetime_value_minor, ${settingSql('currency')} as lifetime_value_currency,
        p.last_activity, p.consent_status,
        p.consent_source, p.consent_at, p.consent_text, p.consent_by, p.paused_until, p.suppressed_broadcast,
        p.suppressed_transactional
      from who w join cortex.people p on p.person_id = any(w.people)`,
    order: [{ column: 'person_id', type: 'uuid' }],
  },
  {
    name: 'profiles',
    from: 'select u.* from who w join public.unified_profiles u on u.id = any(w.profiles)',
    order: byId,
  },
  {
    name: 'leads',
    from: `select l.* from who w join public.purchase_leads l on cortex.address(l.email) collate "C" = any(w.addresses)`,
    order: byId,
  },
  {
    name: 'orders',
    from: 'select t.* from who w join public.transactions t on t.profile_id = any(w.profiles)',
    order: byId,
  },
  {
    name: 'enrollments',
    from: `select e.*, c.title as course_title from who w join public.enrollments e on e.profile_id = any(w.profiles)
      left join public.courses c on c.id = e.course_id`,
    order: byId,
  },
  {
    name: 'activities',
    from: `select a.id, a.type, a.contact_email, a.anonymous_id, a.metadata, a.occurred_at, a.received_at, a.source
      from who w join public.crm_activities a on a.person_id = any(w.people)`,
    order: byTime,
  },
  {
    name: 'visitors',
    from: `select v.anonymous_id, v.person_id, v.proven_at, v.message_id as proven_by_mail
      from who w join cortex.visitors v on v.person_id = any(w.people)`,
    order: [{ column: 'anonymous_id', type: 'text' }],
  },
  {
    name: 'mail_proofs',
    from: `select u.message_id, u.anonymous_id, u.used_at from cortex.link_proofs u
      where u.message_id in (select m.id from who w join cortex.messages m on m.person_id = any(w.people))
        or u.anonymous_id in (select v.anonymous_id from who w join cortex.visitors v on v.person_id = any(w.people))`,
    order: [{ column: 'message_id', type: 'uuid' }],
  },
  {
    name: 'consent_history',
    from: `select a.id, a.occurred_at, a.type, a.metadata from who w join public.crm_activities a on a.person_id = any(w.people)
      where a.type in ('email.unsubscribed', 'email.subscribed', 'email.confirmed')
        or (a.type = 'contact.updated' and a.metadata #> '{changes,consent}' is not null)`,
    order: byTime,
  },
  {
    name: 'runs',
    from: `select r.id, a.name as automation, r.version, r.status, r.entered_at, r.ended_at, r.end_reason, r.node_id as step,
        r.wake_at, r.waiting_for, r.context
      from who w join cortex.automation_runs r on r.person_id = any(w.people)
      join cortex.automations a on a.id = r.automation_id`,
    order: byId,
  },
  {
    name: 'steps',
    from: `select s.run_id, s.node_id as step, s.visit, s.entered_at, s.left_at, s.port as path, s.outcome
      from who w join cortex.automation_runs r on r.person_id = any(w.people)
      join cortex.automation_run_steps s on s.run_id = r.id`,
    order: [
      { column: 'run_id', type: 'uuid' },
      { column: 'step', type: 'text' },
      { column: 'visit', type: 'int' },
    ],
  },
  {
    name: 'mails',
    from: `select m.id, m.contact_email, m.stream, coalesce(m.subject, c.subject) as subject, m.email_from, m.state, m.reason,
        m.data, m.created_at, m.sent_at, m.delivered_at, m.opened_at, m.clicked_at, m.bounced_at, m.complained_at,
        m.unsubscribed_at, m.opened_on
      from who w join cortex.messages m on m.person_id = any(w.people) and not m.to_colleague
      join cortex.mail_contents c on c.id = m.content_id`,
    order: byId,
  },
  {
    name: 'clicks',
    from: `select k.id, k.message_id, l.url, k.at, k.machine, k.device
      from who w join cortex.messages m on m.person_id = any(w.people) and m.broadcast_id is not null and m.clicked_at is not null
      join cortex.broadcast_clicks k on k.message_id = m.id
      left join cortex.broadcast_links l on l.broadcast_id = k.broadcast_id and l.id = k.link_id`,
    order: byId,
  },
  {
    name: 'topics',
    from: `select c.topic_id as id, c.person_id, t.name, c.wanted, c.at, c.said_by, c.source
      from who w join cortex.topic_choices c on c.person_id = any(w.people) join cortex.topics t on t.id = c.topic_id`,
    order: [...byId, { column: 'person_id', type: 'uuid' }],
  },
  {
    name: 'lists',
    from: `select m.smart_list_id as id, m.person_id, s.name, m.entered_at
      from who w join cortex.list_members m on m.person_id = any(w.people)
      join public.crm_smart_lists s on s.id = m.smart_list_id`,
    order: [...byId, { column: 'person_id', type: 'uuid' }],
  },
  {
    name: 'notes',
    from: `select n.id, n.text, n.author, n.written_at, n.edited_at
      from who w join cortex.contact_notes n on n.person_id = any(w.people)`,
    order: byId,
  },
  {
    name: 'actions',
    from: `select a.id, a.action, a.input, a.state, a.created_at, a.ended_at, a.actor ->> 'label' as by, (
        select jsonb_agg(jsonb_build_object('name', e.label, 'state', e.state, 'detail', e.detail, 'at', e.at) order by e.ord)
        from cortex.contact_action_effects e where e.action_id = a.id) as effects
      from who w join cortex.contact_actions a on a.person_id = any(w.people)`,
    order: byId,
  },
  {
    name: 'sign_ups',
    from: `select s.id, s.form_name, s.address, s.first_name, s.consent_text, s.double_opt_in, s.ip, s.language, s.created_at,
        s.confirmed_at, s.confirmed_ip
      from who w join cortex.sign_ups s on s.address = any(w.addresses)`,
    order: byId,
  },
  {
    name: 'imports',
    from: `select c.job_id, c.ord, c.row_no, c.address, c.before, c.after, c.consent_before, c.consent_after
      from who w join cortex.import_changes c on c.address = any(w.addresses)`,
    order: [
      { column: 'job_id', type: 'uuid' },
      { column: 'ord', type: 'int' },
    ],
  },
  {
    name: 'suppressions',
    from: `select s.id, s.address, s.stream, s.reason, s.origin, s.created_at
      from who w join cortex.suppressions s on s.address = any(w.addresses)`,
    order: byId,
  },
  {
    name: 'webhook_calls',
    from: `select c.id, c.url, c.body, c.state, c.created_at, c.settled_at
      from who w join cortex.webhook_calls c on c.person_id = any(w.people)`,
    order: byId,
  },
  {
    name: 'links',
    from: `select k.person_id, k.into_person_id, k.created_at, k.created_by
      from who w join cortex.person_links k on k.person_id = any(w.people)`,
    order: [{ column: 'person_id', type: 'uuid' }],
  },
  {
    name: 'sign_in',
    from: `select u.id, u.banned, u."bannedAt" as banned_at, u."banReason" as ban_reason, u."createdAt" as created_at,
        exists (select from cortex_customers.account a where a."userId" = u.id and a.password is not null) as has_password
      from who w join cortex_customers."user" u on u.id = any(w.profiles)`,
    order: byId,
  },
  {
    name: 'sessions',
    from: `select s.id, s."createdAt" as began_at, s."expiresAt" as ends_at, s."ipAddress" as ip, s."userAgent" as browser
      from who w join cortex_customers.session s on s."userId" = any(w.profiles)`,
    order: [{ column: 'id', type: 'text' }],
  },
];

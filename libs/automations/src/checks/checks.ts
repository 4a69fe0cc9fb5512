import { nodeDef, type DraftSettings, type Graph, type OtherAutomation, type Problem, type Surroundings } from '#graph';
import { inThreads, readSettings, type Actor, type Tx } from '#platform';
import { isUuid, settingSql } from '#rules';
import { circleThroughOthers } from './circles.js';
import * as here from './drawing.thread.js';
import { unapprovedSystemMail } from './own-system-mail.js';
import { missingUses, usesOf, type Use } from '../drafts/uses.js';

const inThread = inThreads<typeof here>(new URL('./drawing.thread.js', import.meta.url));

/** Characters of JSON from which a drawing is checked in a thread: so many take some 10 ms. */
const LARGE = 50_000;

/** What the caller lends: e-mail contents are another lib's, and libs of one ring do not import each other. */
export interface MailHelp {
  /** Says what is wrong with Liquid texts, and where, by the text; those with nothing wrong are left out. */
  checkTemplates(texts: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Says what Cortex will add to each marketing mail; undefined if nothing. */
  footerNotes?(
    contents: readonly MailTexts[],
    workspace: { name: string; postal_address: string },
  ): Promise<(string | undefined)[]>;
  /** Whether mail without a sender would not leave, so that publishing asks for one. The outbox does without. */
  needsSender?: boolean;
  /** Addresses that mail may be from; null: any. */
  allowedSenders?(tx: Tx): Promise<ReadonlySet<string> | null>;
  /** What mail needs beside a sender before it leaves, where it leaves this machine. */
  needsForMail?: {
    /** Whether marketing mail waits for the workspace's postal address. */
    postal_address: boolean;
    /** Whether links in mail lead to this machine, so that it waits. */
    links_point_here: boolean;
  };
  /** Whether mail leaves by Postmark's own service, so that its links must be public. */
  realMail?: boolean;
  /** Freezes what each mail step says now: content ids by step. */
  pinMails(tx: Tx, steps: readonly MailStep[]): Promise<Map<string, string>>;
}

/** What a mail says. */
export interface MailTexts {
  subject: string;
  preheader?: string;
  html: string;
  text?: string | null;
}

/** What the checks of a draft need of it. */
export type DraftHelp = Pick<
  MailHelp,
  'checkTemplates' | 'footerNotes' | 'needsSender' | 'needsForMail' | 'realMail' | 'allowedSenders'
>;

/** A step that sends mail: a template, or its own text. */
export interface MailStep {
  node_id: string;
  config: { template_id?: string; subject?: string; preheader?: string; html?: string; text?: string };
}

interface World {
  activity_types: string[];
  template_ids: string[];
  unapproved_ids: string[];
  course_ids: string[];
  lists: Record<string, 'rules' | 'static'>;
  staff: string[];
  broadcast: boolean;
  transactional: boolean;
  postal_address: boolean;
  stopped: boolean;
  refused: boolean;
  stream_unreadable: boolean;
  no_reports: boolean;
}

/** Everything wrong with a drawing, or worth a look, by what the database knows too, to whoever would publish it. */
export async function problemsOf(
  tx: Tx,
  id: string,
  graph: Graph,
  settings: DraftSettings,
  help: DraftHelp,
  actor: Actor,
): Promise<Problem[]> {
  const types = graph.nodes.flatMap(({ config }) =>
    typeof config.activity_type === 'string' ? config.activity_type : [],
  );
  const uses = usesOf(graph, settings);
  const templates = uses.filter((use) => use.kind === 'template').map((use) => use.id);
  const courses = graph.nodes.flatMap(({ config }) => {
    const course = (config.lead as { course_id?: unknown } | undefined)?.course_id;
    return isUuid(course) ? course : [];
  });
  const lists = uses.filter((use) => use.kind === 'smart_list').map((use) => use.id);
  const mailed = graph.nodes.flatMap(({ config }) => (typeof config.to === 'string' ? config.to : []));
  const world = (await tx.row<World>(
    `select
       array(select t from unnest($1::text[]) t where exists (select from public.crm_activities a where a.type = t)) as activity_types,
       array(select id::text from cortex.templates where id = any($2::uuid[])) as template_ids,
       array(select t.id::text from cortex.templates t
         left join cortex.template_versions v on v.template_id = t.id and v.number = t.version
         where t.id = any($2::uuid[]) and (t.stream <> 'transactional' or v.approved_at is null)) as unapproved_ids,
       array(select id::text from public.courses where id = any($3::uuid[])) as course_ids,
       (select coalesce(jsonb_object_agg(id, kind), '{}') from public.crm_smart_lists where id = any($4::uuid[])) as lists,
       array(select lower(email) from cortex_staff."user" where lower(email) = any($5::text[])) as staff,
       ${settingSql('sender_broadcast')} is not null as broadcast,
       ${settingSql('sender_transactional')} is not null as transactional,
       ${settingSql('postal_address')} is not null as postal_address,
       ${settingSql('sending_stopped_at')} is not null as stopped,
       exists (select from cortex.attention where key = 'postmark_refused' and closed_at is null) as refused,
       exists (select from cortex.attention where key = 'handling_unreadable' and closed_at is null) as stream_unreadable,
       not exists (select from cortex.webhook_events) as no_reports`,
    [[...new Set(types)], templates, courses, lists, mailed.map((address) => address.toLowerCase())],
  ))!;
  const wrong = await help.checkTemplates(textsOf(graph));
  const allowed = await help.allowedSenders?.(tx);
  const parts: here.DrawingParts = {
    graph,
    settings,
    wrong,
    world: {
      activity_types: new Set([...world.activity_types, ...madeByCortex]),
      template_ids: new Set(world.template_ids),
      unapproved_template_ids: new Set(world.unapproved_ids),
      course_ids: new Set(world.course_ids),
      automation_id: id,
      lists: new Map(Object.entries(world.lists)),
      automations: await others(tx, id, uses),
      staff: new Set(world.staff),
      ...(help.needsSender ? { senders: { broadcast: world.broadcast, transactional: world.transactional } } : {}),
      ...(help.needsForMail ? { delivery: deliveryOf(world, help.needsForMail) } : {}),
      ...(allowed ? { allowed_senders: allowed } : {}),
      real_mail: help.realMail ?? false,
    },
  };
  const isLarge = JSON.stringify(graph).length > LARGE;
  const problems = isLarge ? await inThread('check', parts) : here.check(parts);
  const gone = await missingUses(tx, uses);
  return [
    ...problems,
    ...(await circleThroughOthers(tx, id, graph, settings)),
    ...gone.flatMap(({ kind, id: gone }) => goneThing(graph, kind, gone)),
    ...(await footersAdded(tx, graph, help)),
    ...(await unapprovedSystemMail(tx, id, graph, actor)),
  ];
}

const deliveryOf = (
  { postal_address, stopped, refused, stream_unreadable, no_reports }: World,
  needs: NonNullable<DraftHelp['needsForMail']>,
): NonNullable<Surroundings['delivery']> => ({
  ...(needs.postal_address ? { postal_address } : {}),
  links_point_here: needs.links_point_here,
  ...{ stopped, refused, stream_unreadable, no_reports },
});

/** The Liquid texts of a drawing, each once. */
function textsOf(graph: Graph): string[] {
  const texts = graph.nodes.flatMap(({ type, config }) =>
    Object.values(nodeDef(type)?.texts?.(config as never) ?? {}).filter((text) => typeof text === 'string'),
  );
  return [...new Set(texts)];
}

/** Marketing mails that get their way out, or the address, from Cortex. */
async function footersAdded(tx: Tx, graph: Graph, { footerNotes }: DraftHelp): Promise<Problem[]> {
  const mails = graph.nodes.flatMap(({ id, type, config }, at) => {
    const mail = config as MailStep['config'] & { stream?: string };
    return type === 'send_email' && mail.stream === 'broadcast' && isWritten(mail) ? [{ id, at, mail }] : [];
  });
  if (!footerNotes || mails.length === 0) return [];
  const { name, postal_address } = await readSettings(tx, 'name', 'postal_address');
  const workspace = { name, postal_address: postal_address ?? '' };
  const notesOf = (contents: readonly MailTexts[]) => footerNotes(contents, workspace);
  const notes = new Map<string, string | undefined>();
  // One at a time: each may have a megabyte.
  for (const id of new Set(mails.flatMap(({ mail }) => (isUuid(mail.template_id) ? mail.template_id : [])))) {
    const template = await tx.row<MailTexts>(
      'select subject, preheader, html, text from cortex.templates where id = $1',
      [id],
    );
    if (template) notes.set(id, (await notesOf([template]))[0]);
  }
  const own = mails.filter(({ mail }) => !notes.has(mail.template_id ?? ''));
  const ownNotes = await notesOf(
    own.map(({ mail }) => ({ ...mail, subject: mail.subject ?? '', html: mail.html ?? '' })),
  );
  const noteOfStep = new Map(own.map(({ at }, index) => [at, ownNotes[index]]));
  return mails.flatMap(({ id, at, mail }): Problem[] => {
    const message = noteOfStep.get(at) ?? notes.get(mail.template_id ?? '');
    // Of the step as a whole: no field of it is wrong.
    const pointer = `/nodes/${at}/config`;
    return message ? [{ code: 'adds_footer', severity: 'look', node_id: id, pointer, message }] : [];
  });
}

/** A draft's config holds whatever somebody sent. */
const isWritten = ({ template_id, subject, preheader, html, text }: MailStep['config']): boolean =>
  [template_id, subject, preheader, html, text].every(
    (part: unknown) => part === undefined || typeof part === 'string',
  );

/** What is said about each kind of thing that a step can name; a template is looked for elsewhere. */
const goneWords = new Map([
  [
    'smart_list',
    {
      code: 'unknown_smart_list' as const,
      say: (id: string) => `This smart list does not exist (${id}). Choose another list.`,
    },
  ],
  [
    'topic',
    {
      code: 'unknown_topic' as const,
      say: (id: string) => `This topic does not exist (${id}). Choose another topic, or none.`,
    },
  ],
]);

/** Said at each step that names it; at the settings where only they do. */
function goneThing(graph: Graph, kind: string, gone: string): Problem[] {
  const words = goneWords.get(kind);
  if (!words) return [];
  const base = { code: words.code, severity: 'blocks' } as const;
  const message = words.say(gone);
  const steps = graph.nodes.flatMap((node, at): Problem[] =>
    JSON.stringify(node.config).includes(gone)
      ? [{ ...base, node_id: node.id, pointer: `/nodes/${at}/config`, message }]
      : [],
  );
  return steps.length > 0 ? steps : [{ ...base, pointer: '/settings', message }];
}

/** The automations that a drawing sends people to, and whether following on from there leads back. */
async function others(tx: Tx, id: string, uses: readonly Use[]): Promise<Map<string, OtherAutomation>> {
  const ids = uses.filter((use) => use.kind === 'automation').map((use) => use.id);
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<OtherAutomation & { id: string }>(
    `with recursive onward (root, id) as (
       select a, a from unnest($1::uuid[]) a
       union
       select o.root, u.used_id from onward o
       join cortex.uses u on u.user_kind = 'automation' and u.user_id = o.id and u.used_kind = 'automation'
       where o.id <> $2)
     select a.id, a.name, a.status = 'live' as live,
       exists (select from onward o where o.root = a.id and o.id = $2) as leads_back
     from cortex.automations a where a.id = any($1::uuid[]) and a.status <> 'archived'`,
    [ids, id],
  );
  return new Map(rows.map(({ id: other, ...facts }) => [other, facts]));
}

/** Types that come by themselves sooner or later: waiting for one not yet seen is nothing to look at. */
const madeByCortex = [
  'course.enrolled',
  'course.cancelled',
  'lead.created',
  'order.paid',
  'order.refunded',
  'contact.updated',
  'email.sent',
  'email.delivered',
  'email.opened',
  'email.clicked',
  'email.bounced',
  'email.complained',
  'email.unsubscribed',
];

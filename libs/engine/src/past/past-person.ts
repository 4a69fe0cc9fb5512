import {
  eachPersonal,
  fold,
  personRefusal,
  personalIds,
  stableJson,
  wholeMoney,
  type PersonalFieldId,
  type PersonFacts,
} from '#rules';

/** A row of the shop about somebody: their profile, or one of their leads. Instants in milliseconds since 1970. */
export interface Source extends Record<PersonalFieldId, string | null> {
  id: string;
  created_at: number;
  email: string | null;
  tags: string[];
  attributes: Record<string, unknown>;
}

export interface LeadSource extends Source {
  course_id: string | null;
  external_id: string | null;
  source: string | null;
}

export interface Enrollment {
  id: string;
  course_id: string;
  lead_id: string | null;
  status: 'active' | 'cancelled' | 'completed';
  created_at: number;
  updated_at: number;
}

/** Somebody as the database knows them today. */
export interface PersonNow {
  person_id: string;
  contact_email: string;
  consent: PersonFacts['consent'];
  lifetime_value_minor: number;
  profile: Source | null;
  leads: LeadSource[];
  enrollments: Enrollment[];
  suppressed: { stream: string; since: number }[];
  /** Topics that are off for them, by choice or by default. */
  topics_off: string[];
  /** Until when they have paused marketing mail, in milliseconds; null: they have not. */
  paused_until: number | null;
  /** The newest thing they did before the window. */
  last_activity: number | null;
  /** Of the lists that the rules ask about. */
  lists: Record<string, boolean>;
}

/** A recorded activity at its place in the replay. */
export interface PastActivity {
  person_id: string;
  id: string;
  type: string;
  metadata: Record<string, unknown>;
  source: string;
  occurred_at: Date;
  /** When it counts as arrived: as received, or when it happened if it was brought in later. */
  at: Date;
}

/** Types whose metadata says what became of somebody's facts. */
export const factTypes: ReadonlySet<string> = new Set([
  'contact.updated',
  'course.enrolled',
  'course.cancelled',
  'order.paid',
  'order.refunded',
  'smart_list.entered',
  'smart_list.left',
]);

type Changes = Record<string, { old?: unknown; new?: unknown } | undefined>;
const columns = ['email', ...personalIds, 'course_id'] as const;

/**
 * Somebody's facts at any instant of the past: today's, with every recorded change since taken back, and then
 * made again one by one. What was never recorded keeps its earliest known value.
 */
export class PastPerson {
  readonly person_id: string;
  readonly contact_email: string;
  /** What a step of the simulated run put them on or took them off. */
  lists: Record<string, boolean>;
  private readonly profile: Source | null;
  private readonly leadsById: Map<string, LeadSource>;
  private readonly enrollments: Map<string, Enrollment>;
  private consent: PersonFacts['consent'];
  private lifetime: number;
  private lastActivity: number | null;
  private suppressed: PersonNow['suppressed'];
  private readonly topicsOff: ReadonlySet<string>;
  private readonly pausedUntil: number;
  private arrived = Number.NEGATIVE_INFINITY;

  constructor(
    now: PersonNow,
    private readonly workspace: { mail_unanswered: boolean; currency: string },
  ) {
    this.person_id = now.person_id;
    this.contact_email = now.contact_email;
    this.profile = now.profile;
    this.leadsById = new Map(now.leads.map((lead) => [lead.id, lead]));
    this.enrollments = new Map(now.enrollments.map((each) => [each.id, each]));
    this.consent = now.consent;
    this.lifetime = now.lifetime_value_minor;
    this.lastActivity = now.last_activity;
    this.suppressed = now.suppressed;
    this.topicsOff = new Set(now.topics_off);
    this.pausedUntil = now.paused_until ?? -Infinity;
    this.lists = { ...now.lists };
  }

  /**
   * What arrived up to this instant has been taken. A row of theirs that came into being at an instant is there from then
   * on, and not for a wait that ends at the same instant: what is due goes before what arrives.
   */
  arrivedUntil(at: number): void {
    this.arrived = Math.max(this.arrived, at);
  }

  private isThere(row: { created_at: number }, at: number): boolean {
    return row.created_at < at || (row.created_at === at && at <= this.arrived);
  }

  /** When each row of theirs came into being: what the directory shows of them may be another one from then on. */
  beginnings(): number[] {
    return [...this.leadsById.values(), ...(this.profile ? [this.profile] : [])].map(({ created_at }) => created_at);
  }

  /** Takes recorded changes back; the newest first. */
  undo(changes: readonly PastActivity[]): void {
    for (const activity of changes) this.change(activity, 'back');
  }

  /** Puts them on a static list or takes them off; whether that changed anything. Of a list that nobody asks about it does. */
  moveOnList(list: string, action: 'add' | 'remove'): boolean {
    const inside = action === 'add';
    if (!Object.hasOwn(this.lists, list)) return true;
    if (this.lists[list] === inside) return false;
    this.lists = { ...this.lists, [list]: inside };
    return true;
  }

  /** What an activity says about their facts holds from now on. */
  apply(activity: PastActivity): void {
    this.change(activity, 'on');
  }

  /** Something they did; moves `last_activity`. */
  did(at: number): void {
    if (this.lastActivity === null || this.lastActivity < at) this.lastActivity = at;
  }

  /** Their leads at an instant, newest first. */
  leads(at: number): LeadSource[] {
    return [...this.leadsById.values()]
      .filter((lead) => this.isThere(lead, at))
      .sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : -1));
  }

  lead(id: string): LeadSource | undefined {
    return this.leadsById.get(id);
  }

  /** The rule of `leadIsEnrolled`, over the enrollments of that instant. */
  isEnrolled(lead: LeadSource, at: number): boolean {
    return [...this.enrollments.values()].some(
      (each) =>
        this.isThere(each, at) &&
        (each.lead_id === lead.id ||
          (each.created_at >= lead.created_at && (lead.course_id === null || each.course_id === lead.course_id))),
    );
  }

  /** Their address turned out to be dead. */
  suppress(since: number): void {
    this.suppressed = [...this.suppressed, ...['broadcast', 'transactional'].map((stream) => ({ stream, since }))];
  }

  /** As they have chosen by today: choices of the past are not kept. */
  isTopicOff(topicId: string | undefined): boolean {
    return topicId !== undefined && this.topicsOff.has(topicId);
  }

  /** Whether a pause that they asked for still holds. One that was over before today is not remembered. */
  isPaused(at: number): boolean {
    return at < this.pausedUntil;
  }

  isSuppressed(stream: string, at: number): boolean {
    return this.suppressed.some((each) => each.stream === stream && each.since <= at);
  }

  /** Everything but aggregates of activities and what only a run knows. */
  facts(at: number): PersonFacts {
    const row = this.row(at);
    const customer = row !== undefined && row === this.profile;
    const tags = row?.tags ?? [];
    return {
      person_id: this.person_id,
      type: row === undefined ? null : customer ? 'customer' : 'lead',
      email: row?.email ?? null,
      ...eachPersonal((id) => row?.[id] ?? null),
      tags: row === undefined || customer || tags.includes('lead') ? tags : [...tags, 'lead'],
      created_at: row?.created_at ?? null,
      last_activity: this.lastActivity,
      lifetime_value: customer ? wholeMoney(this.lifetime, this.workspace.currency) : 0,
      can_be_emailed:
        personRefusal(
          'broadcast',
          { known: true, suppressed: this.isSuppressed('broadcast', at), consent: this.consent },
          this.workspace.mail_unanswered,
        ) === undefined,
      consent: this.consent,
      attributes: row?.attributes ?? {},
      enrollments: customer
        ? [...this.enrollments.values()]
            .filter((each) => this.isThere(each, at))
            .map(({ course_id, status, updated_at }) => ({
              course_id,
              status: status === 'completed' && updated_at > at ? 'active' : status,
            }))
        : [],
      lists: this.lists,
      activities: {},
    };
  }

  /** What a step of the simulated run changes: the row that the directory shows. */
  update(
    change: { set?: Record<string, unknown>; add_tags?: string[]; remove_tags?: string[] },
    at: number,
  ): Changes | undefined {
    const row = this.row(at);
    if (!row) return undefined;
    const before = { tags: row.tags, attributes: row.attributes };
    const gone = new Set((change.remove_tags ?? []).map(fold));
    const had = new Set(row.tags.map(fold));
    row.tags = [
      ...row.tags.filter((tag) => !gone.has(fold(tag))),
      ...(change.add_tags ?? []).filter((tag) => !had.has(fold(tag))),
    ];
    const changes: Changes = {};
    for (const [name, value] of Object.entries(change.set ?? {})) {
      if (name.startsWith('attributes.'))
        row.attributes = { ...row.attributes, [name.slice('attributes.'.length)]: value };
      else if ((columns as readonly string[]).includes(name)) {
        const field = name as 'first_name';
        if (row[field] !== value) changes[name] = { old: row[field], new: value };
        row[field] = value === null || value === undefined ? null : String(value as string);
      }
    }
    if (stableJson(before.tags) !== stableJson(row.tags)) changes.tags = { old: before.tags, new: row.tags };
    if (stableJson(before.attributes) !== stableJson(row.attributes))
      changes.attributes = { old: before.attributes, new: row.attributes };
    return Object.keys(changes).length > 0 ? changes : undefined;
  }

  private row(at: number): Source | undefined {
    if (this.profile && this.isThere(this.profile, at)) return this.profile;
    return this.leads(at)[0];
  }

  private change({ type, metadata, at, occurred_at }: PastActivity, direction: 'back' | 'on'): void {
    const forth = direction === 'on';
    if (type === 'contact.updated') this.changeFields(metadata, forth);
    else if (type === 'order.paid') this.lifetime += sign(forth) * this.amountOf(metadata);
    else if (type === 'order.refunded') this.lifetime -= sign(forth) * this.amountOf(metadata);
    else if (type === 'smart_list.entered' || type === 'smart_list.left') {
      const list = metadata.smart_list_id;
      if (typeof list === 'string' && Object.hasOwn(this.lists, list))
        this.lists = { ...this.lists, [list]: (type === 'smart_list.entered') === forth };
    } else if (type === 'course.enrolled' || type === 'course.cancelled')
      this.changeEnrollment(type === 'course.enrolled', metadata, occurred_at.getTime(), at.getTime(), forth);
  }

  /** Lifetime value counts in the currency that the workspace has today. */
  private amountOf({ amount_minor, currency }: Record<string, unknown>): number {
    if (typeof currency !== 'string' || currency.toUpperCase() !== this.workspace.currency) return 0;
    return Number(amount_minor ?? 0) || 0;
  }

  private changeEnrollment(
    began: boolean,
    metadata: Record<string, unknown>,
    occurredAt: number,
    at: number,
    forth: boolean,
  ): void {
    const { enrollment_id: id, course_id, lead_id, restored } = metadata;
    if (typeof id !== 'string' || typeof course_id !== 'string') return;
    const known = this.enrollments.get(id);
    const first = began && restored !== true;
    if (first && !forth) return void this.enrollments.delete(id);
    if (first && known && forth) return;
    if (metadata.deleted === true && forth) return void this.enrollments.delete(id);
    // Back from a cancellation it was active, back from a return it was cancelled.
    const status = began === forth ? 'active' : 'cancelled';
    this.enrollments.set(id, {
      id,
      course_id,
      lead_id: typeof lead_id === 'string' ? lead_id : null,
      created_at: first ? occurredAt : (known?.created_at ?? Number.NEGATIVE_INFINITY),
      updated_at: at,
      ...known,
      ...(first && known ? {} : { status }),
    } as Enrollment);
  }

  private changeFields(metadata: Record<string, unknown>, forth: boolean): void {
    const changes = (metadata.changes ?? {}) as Changes;
    const consent = changes.consent;
    if (consent) this.consent = (forth ? consent.new : consent.old) as PersonFacts['consent'];
    const row = typeof metadata.lead_id === 'string' ? this.leadsById.get(metadata.lead_id) : this.profile;
    if (!row) return;
    for (const name of columns) {
      const change = changes[name];
      if (change) (row as unknown as Record<string, unknown>)[name] = (forth ? change.new : change.old) ?? null;
    }
    // Forth as differences: the simulated run may have changed the same row meanwhile.
    if (changes.tags) row.tags = forth ? mergedTags(row.tags, changes.tags) : texts(changes.tags.old);
    if (changes.attributes)
      row.attributes = forth ? mergedAttributes(row.attributes, changes.attributes) : record(changes.attributes.old);
  }
}

const sign = (forth: boolean): number => (forth ? 1 : -1);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const mergedTags = (tags: readonly string[], change: { old?: unknown; new?: unknown }): string[] => {
  const [was, is] = [texts(change.old), texts(change.new)];
  const kept = tags.filter((tag) => is.includes(tag) || !was.includes(tag));
  return [...kept, ...is.filter((tag) => !was.includes(tag) && !kept.includes(tag))];
};

const mergedAttributes = (
  attributes: Record<string, unknown>,
  change: { old?: unknown; new?: unknown },
): Record<string, unknown> => {
  const [was, is] = [record(change.old), record(change.new)];
  const merged = { ...attributes };
  for (const key of Object.keys(was)) if (!(key in is)) delete merged[key];
  for (const [key, value] of Object.entries(is)) if (stableJson(value) !== stableJson(was[key])) merged[key] = value;
  return merged;
};

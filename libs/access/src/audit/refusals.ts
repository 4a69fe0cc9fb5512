import { adminAddresses } from '#contracts';
import { openAttention, recordAudit, systemActor, type Actor, type Database, type Log } from '#platform';

/** Somebody who was turned away. */
export interface Refusal {
  /** Absent when they could not say who they are. */
  actor: Actor | undefined;
  ip: string;
  method: string;
  /** The address of the route, without what stood in its places. */
  route: string;
  /** Why, as the answer's code. */
  reason: string;
}

/** Refusals of one caller that stand in the audit of one hour, as told by one process. */
const MOST = 20;
const HOUR = 3_600_000;

const stranger = systemActor('not signed in');

/**
 * Writes to the audit who asked for what they may not do. Bounded for each caller; more than that stands under Needs
 * attention, because somebody may be trying doors, or a program has the wrong key.
 */
export class Refusals {
  private hour = 0;
  /** By caller: members of staff, keys, and all others together. */
  private counts = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  /** Nobody waits for it, and it never throws: the request is refused either way. */
  note(refusal: Refusal): void {
    this.write(refusal).catch((error: unknown) => this.log.warn({ err: error }, 'a refusal could not be recorded'));
  }

  private async write({ actor = stranger, ip, ...what }: Refusal): Promise<void> {
    const hour = Math.floor(Date.now() / HOUR);
    if (hour !== this.hour) this.counts = new Map();
    this.hour = hour;
    const count = (this.counts.get(actor.id) ?? 0) + 1;
    this.counts.set(actor.id, count);
    if (count > MOST + 1) return;
    if (count > MOST) return this.sayMany(actor);
    await this.database.tx((tx) => recordAudit(tx, actor, { action: 'request.refused', after: { ip, ...what } }));
  }

  private sayMany(actor: Actor): Promise<void> {
    const who = actor === stranger ? 'Callers who could not say who they are were' : `${actor.label} was`;
    return openAttention(this.database, {
      key: `refused:${actor.id}`,
      kind: 'refused_requests',
      title: 'Many refused requests',
      detail: `${who} refused more than ${MOST} times within an hour. Somebody may be trying what they can do, or a program has the wrong key. The audit log says what was asked for, and from where.`,
      action: { label: 'Open the audit log', href: adminAddresses.audit },
    });
  }
}

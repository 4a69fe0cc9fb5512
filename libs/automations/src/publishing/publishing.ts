import { Injectable } from '@nestjs/common';
import { blocks, indexGraph, nodeDef, type DraftSettings, type Graph, type Problem } from '#graph';
import { AppError, Database, newId, type Actor, type Tx } from '#platform';
import { settleLists, stillUpdating, unsettled } from '#smart-lists';
import { audit } from '../drafts/audit.js';
import { automationById, peopleByStep, type AutomationRow } from '../drafts/automation.queries.js';
import { problemsOf, type DraftHelp, type MailHelp } from '../checks/checks.js';
import { countInList, planRound, sendAway, startClock } from '../starts/entry.queries.js';
import { approvalOf } from './approval.js';
import { closeGate } from './gate.js';
import { engineMoment } from '../starts/live.queries.js';
import { rewordEarlier } from './reword.js';
import { countMatching, forgetSeen, markMatchingAsSeen } from '../starts/monitor.queries.js';
import { lookAgain, settleGuard } from './lifecycle.js';
import { entryLimit, listOf, startOf } from '../starts/starts.js';
import { keepUses } from '../drafts/uses.js';

export interface InFlight {
  /** `stay`: people finish on their version. `move`: they go on in the new one at the same step. */
  default: 'stay' | 'move';
  /** With `move`, for people at a step that is no more: where they go; steps not named here keep theirs on the old version. */
  removed: Record<string, string>;
  /** Those who stay get the new version's mails in its words, where they have not been sent them yet. */
  reword?: boolean;
}

export interface Publish {
  revision?: number;
  note?: string;
  in_flight?: InFlight;
  take_matching_now?: boolean;
}

export interface Published {
  version: number;
  /** How many matched a monitor, or were in the list it begins with, at this moment; null for other automations. */
  matching_now: number | null;
  moved: number;
}

export interface Validation {
  problems: Problem[];
  matching_now: number | null;
  inside: { node_id: string; version: number; people: number; removed: boolean }[];
}

/** The draft, or its list, may be edited between settling and publishing. */
const MOST_TRIES = 3;

/** Checks drafts and makes them immutable versions. */
@Injectable()
export class Publishing {
  constructor(private readonly database: Database) {}

  /** Everything wrong with a draft, or worth a look, by what the database knows too. */
  async problemsOf(row: AutomationRow, help: DraftHelp, actor: Actor): Promise<Problem[]> {
    return this.database.tx((tx) => problemsOf(tx, row.id, row.draft_graph, row.settings, help, actor), {
      readOnly: true,
    });
  }

  /** The problems of the draft, or of what is given instead of it. */
  async validate(
    id: string,
    given: { graph?: Graph; settings?: DraftSettings },
    help: DraftHelp,
    actor: Actor,
  ): Promise<Validation> {
    return this.database.tx(async (tx) => {
      const row = await automationById(tx, id);
      const graph = given.graph ?? row.draft_graph;
      const settings = given.settings ?? row.settings;
      const problems = await problemsOf(tx, id, graph, settings, help, actor);
      const nodes = indexGraph(graph).nodes;
      const inside = await peopleByStep(tx, id);
      return {
        problems,
        matching_now: blocks(problems).length > 0 ? null : await countOf(tx, id, graph, settings),
        inside: inside.map((place) => ({ ...place, removed: !nodes.has(place.node_id) })),
      };
    });
  }

  /**
   * Freezes the draft as the next version and lets it run. Who is in the list that it follows is settled before, so
   * that whoever enters or leaves it from then on is told.
   * @throws AppError 409 when the draft is no longer `revision`, the automation is archived, or others edit the list all
   * the time; 422 with `problems`
   */
  async publish(actor: Actor, id: string, wish: Publish, help: MailHelp): Promise<Published> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const { draft_graph } = await automationById(this.database, id);
      await settleLists(this.database, followed(draft_graph));
      const published = await this.publishSettled(actor, id, wish, help);
      if (published) return published;
    }
    throw stillUpdating();
  }

  /** Undefined, and nothing is done, when the list that the draft follows is not settled (any more). */
  private async publishSettled(
    actor: Actor,
    id: string,
    wish: Publish,
    help: MailHelp,
  ): Promise<Published | undefined> {
    return this.database.tx(async (tx) => {
      await closeGate(tx);
      await tx.row('select id from cortex.automations where id = $1 for update', [id]);
      const row = await automationById(tx, id);
      if (row.status === 'archived')
        throw new AppError('automation_archived', 'This automation is archived. Duplicate it to use it again.');
      if (wish.revision !== undefined && wish.revision !== row.revision) {
        throw new AppError(
          'draft_changed',
          'The draft has changed since you reviewed it. Review it again, then publish.',
          { facts: { revision: row.revision } },
        );
      }
      const { draft_graph: graph, settings } = row;
      const problems = await problemsOf(tx, id, graph, settings, help, actor);
      const blocking = blocks(problems);
      if (blocking.length > 0) {
        throw new AppError(
          'automation_not_ready',
          'This automation is not ready. Fix the problems listed, then publish again. Nothing was changed.',
          { errors: blocking.map(({ pointer, message }) => ({ pointer, message })), facts: { problems } },
        );
      }
      checkInFlight(wish.in_flight, graph);
      if ((await unsettled(tx, followed(graph))).length > 0) return undefined;
      const matching = await countOf(tx, id, graph, settings);
      const version = await this.freeze(tx, actor, row.id, graph, settings, wish.note, help);
      await tx.run(
        `update cortex.automations set status = 'live', live_version = $2, updated_at = cortex.now() where id = $1`,
        [id, version.number],
      );
      await this.settlePast(tx, row, wish.take_matching_now ?? false);
      const moved = wish.in_flight?.default === 'move' ? await move(tx, id, version, graph, wish.in_flight.removed) : 0;
      if (wish.in_flight?.reword) await rewordEarlier(tx, id, version);
      if (row.status === 'paused') await lookAgain(tx, id);
      await settleGuard(tx, id, actor);
      await keepUses(tx, id);
      await audit(tx, actor, 'automation.published', id, {
        after: {
          version: version.number,
          note: wish.note,
          matching_now: matching,
          moved,
          took: wish.take_matching_now,
          ...(wish.in_flight?.reword ? { reworded: true } : {}),
        },
      });
      return { version: version.number, matching_now: matching, moved };
    });
  }

  private async freeze(
    tx: Tx,
    actor: Actor,
    id: string,
    graph: Graph,
    settings: DraftSettings,
    note: string | undefined,
    help: MailHelp,
  ): Promise<{ id: string; number: number }> {
    const mails = graph.nodes.filter((node) => nodeDef(node.type)?.kind === 'mail');
    const pins = await help.pinMails(
      tx,
      mails.map((node) => ({ node_id: node.id, config: node.config })),
    );
    const approved = await approvalOf(tx, id);
    const approval = approved?.holds ? { by: approved.by, at: approved.at, people: approved.people } : null;
    const version = newId();
    const row = await tx.row<{ number: number }>(
      `insert into cortex.automation_versions (id, automation_id, number, graph, settings, pins, note, author, approval)
       values ($1, $2, (select coalesce(max(number), 0) + 1 from cortex.automation_versions where automation_id = $2),
         $3::jsonb, $4::jsonb, $5::jsonb, $6, $7, $8::jsonb)
       returning number`,
      [
        version,
        id,
        JSON.stringify(graph),
        JSON.stringify(settings),
        JSON.stringify(Object.fromEntries(pins)),
        note ?? null,
        actor.label,
        approval && JSON.stringify(approval),
      ],
    );
    return { id: version, number: row!.number };
  }

  /**
   * Those who match at this moment are taken in, or left alone for good, as was chosen. What was missed before this
   * moment is over, unless the automation was running by a clock already.
   */
  private async settlePast(tx: Tx, row: AutomationRow, take: boolean): Promise<void> {
    const { id, draft_graph, settings, status, live_graph } = row;
    const start = startOf(draft_graph);
    const list = listOf(start);
    if (status !== 'live' && status !== 'paused') await sendAway(tx, id);
    const before = live_graph ? startOf(live_graph)?.by : undefined;
    await startClock(tx, id, status === 'live' && before === start?.by);
    if (start?.by === 'monitor') {
      const question = { automationId: id, start, limit: entryLimit(start, settings) };
      if (take) await forgetSeen(tx, id);
      else await markMatchingAsSeen(tx, question);
    } else if (list !== undefined && take) {
      const { now } = await engineMoment(tx);
      await planRound(tx, { automationId: id, occasion: `now:${now.toISOString()}`, listId: list, due: now });
    }
  }
}

/** The lists whose entering or leaving starts the automation. */
function followed(graph: Graph): string[] {
  const start = startOf(graph);
  return start?.by === 'activity' && start.smart_list_id !== undefined ? [start.smart_list_id] : [];
}

/** How many people would be taken in at once if that is wished: who matches a monitor, or is in the list. */
async function countOf(tx: Tx, id: string, graph: Graph, settings: DraftSettings): Promise<number | null> {
  const start = startOf(graph);
  const list = listOf(start);
  if (list !== undefined) return countInList(tx, list);
  if (start?.by !== 'monitor') return null;
  return countMatching(tx, { automationId: id, start, limit: entryLimit(start, settings) });
}

function checkInFlight(plan: InFlight | undefined, graph: Graph): void {
  const { nodes } = indexGraph(graph);
  const wrong = Object.entries(plan?.removed ?? {}).filter(([, target]) => target !== 'exit' && !nodes.has(target));
  if (wrong.length === 0) return;
  throw new AppError(
    'unknown_target_step',
    'People cannot be moved to a step that does not exist. Nothing was changed.',
    {
      errors: wrong.map(([from, target]) => ({
        pointer: `/in_flight/removed/${from}`,
        message: `“${target}” is not a step of this version. Name one of its steps, or "exit".`,
      })),
    },
  );
}

/** Takes people inside older versions into this one. Everyone is looked at again, so that a changed wait holds at once. */
async function move(
  tx: Tx,
  automationId: string,
  version: { id: string; number: number },
  graph: Graph,
  removed: Record<string, string>,
): Promise<number> {
  const kept = graph.nodes.map((node) => node.id);
  const elsewhere = Object.entries(removed).filter(([from]) => !kept.includes(from));
  const values = [automationId, elsewhere.map(([from]) => from), elsewhere.map(([, to]) => to), version.number];
  await tx.run(
    `update cortex.automation_run_steps s set left_at = cortex.now(), outcome = s.outcome || jsonb_build_object('moved_to', m.target, 'version', $4::int)
     from cortex.automation_runs r, unnest($2::text[], $3::text[]) m(source, target)
     where r.automation_id = $1 and r.status in ('active', 'waiting') and r.version <> $4 and r.node_id = m.source
       and s.run_id = r.id and s.node_id = r.node_id and s.left_at is null`,
    values,
  );
  await tx.run(
    `update cortex.automation_runs r set status = 'exited', ended_at = cortex.now(), wake_at = null, waiting_for = null,
       end_reason = 'its step was removed'
     from unnest($2::text[], $3::text[]) m(source, target)
     where r.automation_id = $1 and r.status in ('active', 'waiting') and r.version <> $4
       and r.node_id = m.source and m.target = 'exit'`,
    values,
  );
  return tx.run(
    `update cortex.automation_runs r set version_id = $5, version = $4, wake_at = cortex.now(),
       node_id = coalesce(m.target, r.node_id),
       status = case when m.target is null then r.status else 'active' end,
       waiting_for = case when m.target is null then r.waiting_for end
     from cortex.automation_runs o
     left join unnest($2::text[], $3::text[]) m(source, target) on m.source = o.node_id
     where o.id = r.id and r.automation_id = $1 and r.status in ('active', 'waiting') and r.version <> $4
       and (m.target is not null or r.node_id = any($6::text[]))`,
    [...values, version.id, kept],
  );
}

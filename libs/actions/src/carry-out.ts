import { Inject, Injectable } from '@nestjs/common';
import { appendActivities } from '#activities';
import type { ContactActionName, ContactActionResult, EffectState } from '#contracts';
import { AppError, Database, databaseFailure, LOG, recordAudit, retryLaws, type Log, type Tx } from '#platform';
import {
  actionById,
  effectsOf,
  lockRunning,
  noteEffect,
  present,
  type ActionRow,
  type EffectRow,
} from './action-rows.js';
import {
  ACTION_DEFINITIONS,
  type ActionContext,
  type ActionDefinition,
  type Effect,
  type InsideEffect,
  type Outcome,
  type OutsideEffect,
} from './definition.js';

/** Milliseconds that a call to the outside may take; shorter than `PATIENCE`, so that nobody looks for it meanwhile. */
const LONGEST_CALL = 20_000;

type Noted = Omit<Outcome, 'state'> & { state: EffectState };

/** Whether an effect has come to its end, at least for this time. */
const isSettled = ({ state }: { state: EffectState }): boolean => state !== 'waiting' && state !== 'begun';
const isGood = ({ state }: { state: EffectState }): boolean => state === 'done' || state === 'not_needed';

/**
 * Carries actions out, effect by effect. Whatever happens to the process, each effect is done once: what is done to the
 * database is one transaction with the note of it, and what is done outside is looked up when nobody knows.
 */
@Injectable()
export class CarryOut {
  private readonly definitions: ReadonlyMap<ContactActionName, ActionDefinition>;

  constructor(
    private readonly database: Database,
    @Inject(ACTION_DEFINITIONS) definitions: readonly ActionDefinition[],
    @Inject(LOG) private readonly log: Log,
  ) {
    this.definitions = new Map(definitions.map((definition) => [definition.name, definition]));
  }

  /** Does what is still to be done, and answers how it stands then. Safe to repeat, also by two processes at once. */
  async goOn(id: string): Promise<ContactActionResult> {
    const { row, effects } = await this.read(id);
    const definition = this.definitions.get(row.action);
    // One that a newer release began: whoever knows it goes on with it.
    if (!definition || row.state !== 'running') return present(row, effects);
    for (const effect of definition.effects) {
      const at = effects.find(({ name }) => name === effect.name);
      if (!at || isSettled(at)) continue;
      if ('outside' in effect) await this.outside(id, effect);
      else await this.inside(id, effect);
    }
    return this.end(id, definition);
  }

  private read(id: string): Promise<{ row: ActionRow; effects: EffectRow[] }> {
    return this.database.tx((tx) => readIn(tx, id), { readOnly: true });
  }

  /** In one transaction, and again at once when it ran into another one. */
  private async inside(id: string, effect: InsideEffect<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.database.tx(async (tx) => {
          const turn = await this.turnOf(tx, id, effect);
          if (!turn) return;
          await noteEffect(tx, id, effect.name, turn.refused ?? (await effect.run(tx, turn.context)));
        });
      } catch (error) {
        const failure = databaseFailure(error);
        // It stays as it is, and the job goes on with it.
        if (failure === 'unavailable') throw error;
        if (failure === 'collision' && attempt < retryLaws.collision.tries) continue;
        return this.note(id, effect, this.failed(id, effect, error));
      }
    }
  }

  private async outside(id: string, effect: OutsideEffect<unknown>): Promise<void> {
    const turn = await this.database.tx(async (tx) => {
      const found = await this.turnOf(tx, id, effect);
      if (found?.refused) await noteEffect(tx, id, effect.name, found.refused);
      else if (found && !found.begun) await noteEffect(tx, id, effect.name, { state: 'begun', detail: '' });
      return found;
    });
    if (!turn || turn.refused) return;
    await this.note(id, effect, await this.call(id, effect, turn.context, turn.begun));
  }

  /** @param begun somebody called before, and nobody noted what came of it */
  private async call(
    id: string,
    effect: OutsideEffect<unknown>,
    context: ActionContext<unknown>,
    begun: boolean,
  ): Promise<Noted> {
    if (begun) {
      const seen = await this.lookedUp(id, effect, context);
      if (seen !== 'not_done') return seen;
    }
    try {
      return await effect.outside.run(context, AbortSignal.timeout(LONGEST_CALL));
    } catch (error) {
      if (error instanceof AppError) return this.failed(id, effect, error);
      this.log.warn({ action_id: id, effect: effect.name, err: error }, 'the outcome of a call is not known');
      const seen = await this.lookedUp(id, effect, context);
      return seen === 'not_done' ? { state: 'failed', detail: 'It was not done. Try it again.' } : seen;
    }
  }

  private async lookedUp(
    id: string,
    effect: OutsideEffect<unknown>,
    context: ActionContext<unknown>,
  ): Promise<Noted | 'not_done'> {
    const unclear = {
      state: 'unclear',
      detail: 'Nobody answered whether it was done. Try again to look it up.',
    } as const;
    try {
      const seen = await effect.outside.lookUp(context, AbortSignal.timeout(LONGEST_CALL));
      return seen === 'unclear' ? unclear : seen;
    } catch (error) {
      this.log.warn({ action_id: id, effect: effect.name, err: error }, 'a call could not be looked up');
      return unclear;
    }
  }

  /** What an effect has to know, when it is still its turn; `refused` when one that it needs did not succeed. */
  private async turnOf(tx: Tx, id: string, effect: Effect<unknown>) {
    const row = await lockRunning(tx, id);
    if (!row) return undefined;
    const effects = await effectsOf(tx, id);
    const at = effects.find(({ name }) => name === effect.name);
    if (!at || isSettled(at)) return undefined;
    const missing = effects.find((other) => effect.needs?.includes(other.name) && !isGood(other));
    const refused: Noted | undefined = missing && {
      state: 'failed',
      detail: `Not tried, because “${missing.label}” did not succeed.`,
    };
    const kept = new Map(effects.flatMap((other) => (other.kept ? [[other.name, other.kept] as const] : [])));
    const context = { id, person_id: row.person_id, by: row.actor, plan: row.plan, kept };
    return { context, refused, begun: at.state === 'begun' };
  }

  private note(id: string, effect: Effect<unknown>, outcome: Noted): Promise<void> {
    return this.database.tx(async (tx) => {
      if (await lockRunning(tx, id)) await noteEffect(tx, id, effect.name, outcome);
    });
  }

  private failed(id: string, effect: Effect<unknown>, error: unknown): Noted {
    if (error instanceof AppError) return { state: 'failed', detail: error.detail };
    this.log.error({ action_id: id, effect: effect.name, err: error }, 'an effect of an action failed');
    return { state: 'failed', detail: `Cortex met an error. Try it again; the log names it by the action’s id ${id}.` };
  }

  /** Once all effects are settled: the action's state, an activity of the person and an entry of the audit, in one. */
  private end(id: string, definition: ActionDefinition): Promise<ContactActionResult> {
    return this.database.tx(async (tx) => {
      const row = await lockRunning(tx, id);
      const effects = await effectsOf(tx, id);
      if (!row || !effects.every(isSettled)) return present((await actionById(tx, id))!, effects);
      const state = effects.every(isGood) ? 'done' : effects.some(isGood) ? 'partly' : 'failed';
      await tx.run('update cortex.contact_actions set state = $2, ended_at = cortex.now() where id = $1', [id, state]);
      const summary = definition.summary(row.plan);
      if (state !== 'failed' && !definition.leavesNobody) {
        await appendActivities(tx, [
          {
            type: `admin.${row.action}`,
            personId: row.person_id,
            source: 'admin',
            metadata: {
              by: row.actor.label,
              action_id: id,
              state,
              summary,
              ...(typeof row.input.reason === 'string' ? { reason: row.input.reason } : {}),
              ...(typeof row.input.note === 'string' ? { note: row.input.note } : {}),
            },
          },
        ]);
      }
      const contact = await tx.row<{ id: string | null }>('select p.id from cortex.people p where p.person_id = $1', [
        row.person_id,
      ]);
      await recordAudit(tx, row.actor, {
        action: definition.audit,
        targetKind: 'contact',
        targetId: contact?.id ?? row.person_id,
        after: {
          action_id: id,
          state,
          summary,
          input: row.input,
          effects: effects.map(({ name, state: of }) => [name, of]),
        },
      });
      return present({ ...row, state, ended_at: await tx.now() }, effects);
    });
  }
}

async function readIn(tx: Tx, id: string): Promise<{ row: ActionRow; effects: EffectRow[] }> {
  const row = await actionById(tx, id);
  if (!row) throw new Error(`There is no action ${id}.`);
  return { row, effects: await effectsOf(tx, id) };
}

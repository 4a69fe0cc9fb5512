import { Inject, Injectable } from '@nestjs/common';
import {
  contactActions,
  permissions,
  type ActionCandidate,
  type ContactActionInput,
  type ContactActionName,
  type ContactActionPreview,
  type ContactActionResult,
  type RoleName,
} from '#contracts';
import { contactById, personIdsOf, type ContactRow } from '#directory';
import { AppError, Database, lockKey, notFound, type Actor, type Tx } from '#platform';
import { actionById, actionOfRequest, actionPage, beginAction, PATIENCE } from './action-rows.js';
import { linksOf } from './actions/linked-accounts.js';
import { CarryOut } from './carry-out.js';
import { ACTION_DEFINITIONS, type ActionDefinition } from './definition.js';

/** Roles as one speaks of those who have them. */
const roleWords: Record<RoleName, string> = {
  viewer: 'viewers',
  marketer: 'marketers',
  support: 'support',
  admin: 'administrators',
};

/** What can be done with one person, said beforehand, done, listed and tried again. */
@Injectable()
export class ContactActions {
  private readonly definitions: ReadonlyMap<ContactActionName, ActionDefinition>;

  constructor(
    private readonly database: Database,
    @Inject(ACTION_DEFINITIONS) definitions: readonly ActionDefinition[],
    private readonly carryOut: CarryOut,
  ) {
    this.definitions = new Map(definitions.map((definition) => [definition.name, definition]));
  }

  /** Every action that there is, in the order of the drawer, and why one cannot be done now. @throws AppError 404 */
  async available(contactId: string, actor: Actor) {
    return this.database.tx(
      async (tx) => {
        const person = await personOf(tx, contactId);
        const answers = [];
        for (const [action, { label, group, access }] of Object.entries(contactActions)) {
          const definition = this.definitions.get(action as ContactActionName);
          if (!definition) continue;
          const reason = isAllowed(actor, access)
            ? await unavailable(tx, definition, person)
            : `Only ${permissions[access].roles.map((role) => roleWords[role]).join(' and ')} may do this.`;
          answers.push({ action: definition.name, label, group, available: !reason, reason: reason ?? null });
        }
        return answers;
      },
      { readOnly: true },
    );
  }

  /** What would be done. @throws AppError 404; 409 when it cannot be done; as the action's plan */
  async preview<N extends ContactActionName>(
    name: N,
    contactId: string,
    input: ContactActionInput<N>,
    actor: Actor,
  ): Promise<ContactActionPreview> {
    const definition = this.definitionOf(name);
    try {
      const words = await this.database.tx(
        async (tx) => {
          const person = await personOf(tx, contactId);
          await assertAvailable(tx, definition, person);
          return definition.preview(await definition.plan(tx, person, input, actor));
        },
        { readOnly: true },
      );
      return {
        action: name,
        sentences: words.sentences,
        warnings: words.warnings ?? [],
        effects: definition.effects.map((effect) => ({
          name: effect.name,
          label: effect.label,
          detail: words.effects[effect.name] ?? '',
        })),
        ...(words.confirm ? { confirm: words.confirm } : {}),
        ...(words.closed ? { closed: words.closed } : {}),
      };
    } catch (error) {
      const candidates =
        error instanceof AppError ? (error.facts.candidates as ActionCandidate[] | undefined) : undefined;
      if (!candidates) throw error;
      return { action: name, sentences: [(error as AppError).detail], effects: [], warnings: [], candidates };
    }
  }

  /**
   * Does it at once; under a key of the request that its caller has used for it before, goes on with that one and answers how it stands.
   * @throws AppError 404; 409 when it cannot be done or another one runs; as the action's plan
   */
  async perform<N extends ContactActionName>(
    name: N,
    contactId: string,
    input: ContactActionInput<N>,
    actor: Actor,
    requestKey?: string,
  ): Promise<ContactActionResult> {
    const definition = this.definitionOf(name);
    const id = await this.database.tx(async (tx) => {
      const person = await personOf(tx, contactId);
      await lockActionsOf(tx, person.person_id);
      // The process that it was asked of before may have died over it.
      const known =
        requestKey !== undefined &&
        (await actionOfRequest(tx, name, person.person_id, actor, { key: requestKey, input }));
      if (known) return known.id;
      await assertNothingRuns(tx, person.person_id);
      await assertAvailable(tx, definition, person);
      const plan = await definition.plan(tx, person, input, actor);
      definition.assertConfirmed?.(plan, input);
      const by = requestKey === undefined ? actor : { ...actor, request_key: requestKey };
      return beginAction(tx, definition, { person_id: person.person_id, input, plan, actor: by });
    });
    return this.carryOut.goOn(id);
  }

  /** What was done with a person, and with the accounts linked to theirs. @throws AppError 404 */
  async list(contactId: string, query: { limit: number; cursor?: string }) {
    return this.database.tx(
      async (tx) => actionPage(tx, await personIdsOf(tx, (await personOf(tx, contactId)).person_id), query),
      { readOnly: true },
    );
  }

  /** The accounts that are linked to a person. @throws AppError 404 */
  async links(contactId: string) {
    return this.database.tx(async (tx) => linksOf(tx, (await personOf(tx, contactId)).person_id), { readOnly: true });
  }

  /** Tries again what failed or is unclear. @throws AppError 404; 403 for whom the action is not; 409 */
  async retry(id: string, actor: Actor): Promise<ContactActionResult> {
    await this.database.tx(async (tx) => {
      const row = await actionById(tx, id);
      const definition = row && this.definitions.get(row.action);
      if (!row || !definition) throw notFound('action');
      const { access, label } = contactActions[row.action];
      if (!isAllowed(actor, access))
        throw new AppError('not_allowed', `“${label}” is for ${permissions[access].roles.join(' or ')} to try again.`);
      await lockActionsOf(tx, row.person_id);
      await assertNothingRuns(tx, row.person_id);
      // Unclear ones count as begun, so that they are looked up before anything is repeated.
      const again = await tx.run(
        `update cortex.contact_action_effects e set state = case e.state when 'unclear' then 'begun' else 'waiting' end
         where e.action_id = $1 and e.state in ('failed', 'unclear')`,
        [id],
      );
      if (again === 0) throw new AppError('action_not_failed', 'Nothing of this action failed or is unclear.');
      await tx.run(
        `update cortex.contact_actions set state = 'running', actor = $2::jsonb, ended_at = null, tries = 1,
           resume_at = cortex.now() + make_interval(secs => $3)
         where id = $1`,
        [id, JSON.stringify(actor), PATIENCE],
      );
    });
    return this.carryOut.goOn(id);
  }

  private definitionOf(name: ContactActionName): ActionDefinition {
    const definition = this.definitions.get(name);
    if (!definition) throw new Error(`Nothing carries out ${name}. Add it to libs/actions/src/actions/index.ts.`);
    return definition;
  }
}

async function personOf(tx: Tx, contactId: string): Promise<ContactRow> {
  const person = await contactById(tx, contactId);
  if (!person) throw notFound('contact');
  return person;
}

const isAllowed = (actor: Actor, access: 'support' | 'revoke'): boolean =>
  actor.kind === 'system' ||
  (actor.kind === 'staff'
    ? permissions[access].roles.includes(actor.role)
    : actor.scopes.some((scope) => permissions[access].scopes.includes(scope)));

async function assertAvailable(tx: Tx, definition: ActionDefinition, person: ContactRow): Promise<void> {
  const reason = await unavailable(tx, definition, person);
  if (reason) throw new AppError('action_not_available', reason);
}

async function unavailable(tx: Tx, definition: ActionDefinition, person: ContactRow): Promise<string | undefined> {
  return (await coolingDown(tx, definition, person.person_id)) ?? definition.unavailable?.(tx, person);
}

async function coolingDown(
  tx: Tx,
  { name, cooldown }: ActionDefinition,
  personId: string,
): Promise<string | undefined> {
  if (!cooldown) return undefined;
  const last = await tx.row<{ seconds: number }>(
    `select ceil($3 - extract(epoch from cortex.now() - a.created_at))::int as seconds from cortex.contact_actions a
     where a.person_id = $1 and a.action = $2 and a.state <> 'failed'
       and a.created_at > cortex.now() - make_interval(secs => $3)
     order by a.id desc limit 1`,
    [personId, name, cooldown],
  );
  if (!last) return undefined;
  const wait = last.seconds > 90 ? `${Math.ceil(last.seconds / 60)} minutes` : `${last.seconds} seconds`;
  return `This was done a moment ago. It can be done again in ${wait}.`;
}

/** Whoever else wants to do something with this person waits until what is begun here is written down. */
const lockActionsOf = (tx: Tx, personId: string) =>
  tx.rows(`select pg_advisory_xact_lock(${lockKey.named("'cortex.contact_action ' || $1::text")})`, [personId]);

/** One action at a time, so that each knows what the one before has left. */
async function assertNothingRuns(tx: Tx, personId: string): Promise<void> {
  const running = await tx.row<{ action: ContactActionName }>(
    "select a.action from cortex.contact_actions a where a.person_id = $1 and a.state = 'running' limit 1",
    [personId],
  );
  if (running)
    throw new AppError(
      'action_running',
      `“${contactActions[running.action].label}” is still being carried out for this person. Wait until it has ended.`,
    );
}

import { Injectable } from '@nestjs/common';
import {
  applyAll,
  emptyGraph,
  graph as graphSchema,
  OperationError,
  type AutomationDocument,
  type DraftSettings,
  type Graph,
  type Operation,
  type SecretReference,
} from '#graph';
import { AppError, Database, invalidRequest, newId, notFound, Vault, type Actor, type Tx } from '#platform';
import { audit } from './audit.js';
import { automationById, type AutomationRow } from './automation.queries.js';
import { sendAway } from '../starts/entry.queries.js';
import { keepSecret, keepSecretsOfGraph, keepSecretsOfOperations } from './secrets.js';
import { keepUses, missingHere, without } from './uses.js';

/** One revision of a draft: what was done in it, by whom. */
export interface Change {
  revision: number;
  operations: Operation[];
  author: string | null;
  at: Date;
  /** As the editor that sent it calls it. */
  batch: string | null;
}

/** Revisions that a refusal carries. */
const MOST_CHANGES = 1000;

interface Draft {
  id: string;
  name: string;
  revision: number;
  draft_graph: Graph;
  settings: DraftSettings;
}

/** Drafts of automations: what is drawn and not yet running. */
@Injectable()
export class Automations {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /** Keeps a value that a drawing is to refer to, encrypted; it is never given out again. */
  setSecret(actor: Actor, value: string, address?: string): Promise<SecretReference> {
    return this.database.tx((tx) => keepSecret(tx, this.vault, actor, value, address));
  }

  async create(
    actor: Actor,
    given: { name: string; graph?: Graph; settings?: DraftSettings; demo?: boolean },
  ): Promise<AutomationRow> {
    return this.database.tx(async (tx) => {
      const id = newId();
      const graph = await keepSecretsOfGraph(tx, this.vault, actor, given.graph ?? emptyGraph());
      await tx.run(
        `insert into cortex.automations (id, name, draft_graph, settings, demo, created_by)
         values ($1, $2, $3::jsonb, $4::jsonb, $5, $6)`,
        [id, given.name, JSON.stringify(graph), JSON.stringify(given.settings ?? {}), given.demo ?? false, actor.label],
      );
      await keepUses(tx, id);
      await audit(tx, actor, 'automation.created', id, { after: { name: given.name } });
      return automationById(tx, id);
    });
  }

  /**
   * A new draft from an exported one. What it refers to and does not exist here is taken out, so that those steps are
   * unfinished and say so.
   */
  async bringIn(actor: Actor, given: { name: string; graph: Graph; settings: DraftSettings }): Promise<AutomationRow> {
    const missing = await this.database.tx((tx) => missingHere(tx, given.graph, given.settings));
    return this.create(actor, {
      name: given.name,
      graph: without(missing, given.graph) as Graph,
      settings: without(missing, given.settings) as DraftSettings,
    });
  }

  /** A new draft with the same drawing and settings. */
  async duplicate(actor: Actor, id: string, name?: string): Promise<AutomationRow> {
    const source = await automationById(this.database, id);
    return this.create(actor, {
      name: name ?? `${source.name.slice(0, 190)} (copy)`,
      graph: source.draft_graph,
      settings: source.settings,
    });
  }

  /**
   * Replaces parts of the draft; what is left out stays.
   * @throws AppError 409 with `revision` and the `operations` since, when the draft has moved on
   */
  async put(
    actor: Actor,
    id: string,
    baseRevision: number,
    changes: Partial<AutomationDocument>,
  ): Promise<AutomationRow> {
    const operations: Operation[] = [
      ...(changes.name === undefined ? [] : [{ op: 'rename' as const, name: changes.name }]),
      ...(changes.graph === undefined ? [] : [{ op: 'replace_graph' as const, graph: changes.graph }]),
      ...(changes.settings === undefined ? [] : [{ op: 'set_settings' as const, settings: changes.settings }]),
    ];
    return this.database.tx(async (tx) => {
      const draft = await this.lockDraft(tx, id);
      await this.checkRevision(tx, draft, baseRevision);
      if (operations.length > 0) await this.change(tx, actor, draft, operations);
      return automationById(tx, id);
    });
  }

  /**
   * Applies an editor's operations, all or none, and answers the revision they made.
   * @throws AppError 409 as `put`; 400 naming the operation that does not fit
   */
  async operate(
    actor: Actor,
    id: string,
    baseRevision: number,
    operations: Operation[],
    batch?: string,
  ): Promise<number> {
    return this.database.tx(async (tx) => {
      const draft = await this.lockDraft(tx, id);
      await this.checkRevision(tx, draft, baseRevision);
      return this.change(tx, actor, draft, operations, batch);
    });
  }

  /**
   * What was done after a revision, oldest first, at most `limit` revisions; `revision` is the one that the draft has now.
   * @throws AppError 404
   */
  async since(id: string, revision: number, limit: number): Promise<{ revision: number; changes: Change[] }> {
    return this.database.tx(async (tx) => {
      const draft = await tx.row<{ revision: number }>('select revision from cortex.automations where id = $1', [id]);
      if (!draft) throw notFound('automation');
      return { revision: draft.revision, changes: await changesAfter(tx, id, revision, limit) };
    });
  }

  /** @throws AppError 409 when it is running, or people entered it */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      await this.lockDraft(tx, id);
      const row = await automationById(tx, id);
      if (row.status === 'live' || row.status === 'paused') {
        throw new AppError('automation_running', 'This automation is running. Stop it, then delete it.');
      }
      if (row.entered > 0) {
        throw new AppError(
          'automation_has_history',
          'People have been in this automation, so its history is kept. Archive it instead.',
          { facts: { entered: row.entered } },
        );
      }
      await sendAway(tx, id);
      await tx.run("delete from cortex.uses where user_kind = 'automation' and user_id = $1", [id]);
      await tx.run('delete from cortex.automations where id = $1', [id]);
      await audit(tx, actor, 'automation.deleted', id, { before: { name: row.name } });
    });
  }

  private async lockDraft(tx: Tx, id: string): Promise<Draft> {
    const draft = await tx.row<Draft>(
      'select id, name, revision, draft_graph, settings from cortex.automations where id = $1 for update',
      [id],
    );
    if (!draft) throw notFound('automation');
    return draft;
  }

  private async checkRevision(tx: Tx, draft: Draft, base: number): Promise<void> {
    if (draft.revision === base) return;
    if (base > draft.revision) {
      throw new AppError('revision_ahead', `This draft is only at revision ${draft.revision}. Load it again.`, {
        errors: [{ pointer: '/base_revision', message: `At most ${draft.revision}.` }],
      });
    }
    const since = await changesAfter(tx, draft.id, base, MOST_CHANGES);
    // Not all of it is worse than nothing: whoever is that far behind loads the draft again.
    const whole = since.length === draft.revision - base;
    throw new AppError(
      'draft_changed',
      'Someone else has changed this draft. Look at what they changed and try again from there.',
      {
        facts: {
          revision: draft.revision,
          operations: whole ? since.flatMap((row) => row.operations) : [],
          changes: whole ? since : [],
        },
      },
    );
  }

  private async change(tx: Tx, actor: Actor, draft: Draft, given: Operation[], batch?: string): Promise<number> {
    const operations = await keepSecretsOfOperations(tx, this.vault, actor, given);
    const before: AutomationDocument = { name: draft.name, graph: draft.draft_graph, settings: draft.settings };
    const after = applied(before, operations);
    const revision = draft.revision + 1;
    await tx.run(
      `update cortex.automations set name = $2, draft_graph = $3::jsonb, settings = $4::jsonb, revision = $5,
         updated_at = cortex.now() where id = $1`,
      [draft.id, after.name, JSON.stringify(after.graph), JSON.stringify(after.settings), revision],
    );
    await tx.run(
      `insert into cortex.automation_operations (automation_id, revision, operations, author, batch)
       values ($1, $2, $3::jsonb, $4, $5)`,
      [draft.id, revision, JSON.stringify(operations), actor.label, batch ?? null],
    );
    await keepUses(tx, draft.id);
    return revision;
  }
}

const changesAfter = (tx: Tx, id: string, revision: number, limit: number): Promise<Change[]> =>
  tx.rows<Change>(
    `select revision, operations, author, at, batch from cortex.automation_operations
     where automation_id = $1 and revision > $2 order by revision limit $3`,
    [id, revision, limit],
  );

/** The document after the operations, held to the limits of a stored graph. */
function applied(before: AutomationDocument, operations: Operation[]): AutomationDocument {
  try {
    const { document } = applyAll(before, operations);
    const parsed = graphSchema.safeParse(document.graph);
    if (parsed.success) return { ...document, graph: parsed.data };
    throw invalidRequest(
      'These changes would make the drawing invalid. Nothing was changed.',
      parsed.error.issues.map((issue) => ({ pointer: `/graph/${issue.path.join('/')}`, message: issue.message })),
    );
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    throw new AppError('operations_do_not_fit', 'One of the operations does not fit this draft. Nothing was changed.', {
      errors: [{ pointer: `/operations/${error.index}`, message: error.message }],
    });
  }
}

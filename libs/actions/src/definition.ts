import type { AuditAction, ContactActionInput, ContactActionName } from '#contracts';
import type { ContactRow } from '#directory';
import type { Actor, Tx } from '#platform';

/** What came of an effect. */
export interface Outcome {
  state: 'done' | 'not_needed';
  /** A sentence: what was done, or why nothing had to be. */
  detail: string;
  /** What effects behind this one read under its name in `context.kept`. JSON. */
  kept?: Record<string, unknown>;
}

/** What an effect knows; the same before and after a crash. */
export interface ActionContext<Plan> {
  /** The action's id. What must not happen twice elsewhere (a mail, a call) carries it in its key. */
  id: string;
  person_id: string;
  by: Actor;
  plan: Plan;
  /** What effects before this one kept, by their names. */
  kept: ReadonlyMap<string, Record<string, unknown>>;
}

interface EffectWords {
  /** Stable, and unique within its action. */
  name: string;
  /** As a form's button would say it: “Change the address”. */
  label: string;
  /** Effects before this one without which it is not tried. */
  needs?: readonly string[];
}

/** What is done to the database: in one transaction with the note that it was done, so it is done once or not at all. */
export interface InsideEffect<Plan> extends EffectWords {
  /** @throws AppError when it cannot be done; its detail is shown, and all that it wrote is undone */
  run(tx: Tx, context: ActionContext<Plan>): Promise<Outcome>;
}

/**
 * What is done elsewhere. That it begins is committed before the call; a call whose outcome nobody saw is looked up,
 * never blindly repeated.
 */
export interface OutsideEffect<Plan> extends EffectWords {
  outside: {
    /** @throws AppError when it was certainly not done; anything else counts as unclear, and is looked up */
    run(context: ActionContext<Plan>, signal: AbortSignal): Promise<Outcome>;
    /** Whether it was done after all. */
    lookUp(context: ActionContext<Plan>, signal: AbortSignal): Promise<Outcome | 'not_done' | 'unclear'>;
  };
}

export type Effect<Plan> = InsideEffect<Plan> | OutsideEffect<Plan>;

/** What is said before it is done. */
export interface PreviewWords {
  sentences: string[];
  warnings?: string[];
  /** What each effect will come to, by its name. */
  effects: Readonly<Record<string, string>>;
  confirm?: { label: string; value_hint: string };
  /** Fields of the input that cannot be used now, each with the reason. */
  closed?: Readonly<Record<string, string>>;
}

/**
 * One thing that can be done with one person: a class in a file of `actions/`, and a line in `actions/index.ts`. Its label,
 * group, permission row and input stand in `actions.contract.ts` of #contracts.
 */
export interface ActionDefinition<N extends ContactActionName = ContactActionName, Plan = unknown> {
  readonly name: N;
  /** What the audit calls it. */
  readonly audit: AuditAction;
  /** In the order in which they are done. */
  readonly effects: readonly Effect<Plan>[];
  /** Afterwards there is nobody whose timeline could tell of it. */
  readonly leavesNobody?: true;
  /** Seconds that have to pass before it is done again for the same person. */
  readonly cooldown?: number;
  /** Why it cannot be done for this person now, whatever the input; undefined when it can. */
  unavailable?(tx: Tx, person: ContactRow): Promise<string | undefined>;
  /**
   * Finds out all that the effects go by, and changes nothing. It is kept as JSON, so no Date in it.
   * @throws AppError when it cannot be done with this input; with `candidates` (`ActionCandidate[]`) among its facts where
   *   one has to be chosen: a preview then shows them
   */
  plan(tx: Tx, person: ContactRow, input: ContactActionInput<N>, by: Actor): Promise<Plan>;
  preview(plan: Plan): PreviewWords;
  /** Looks at what had to be typed, before anything is done. @throws AppError 400 */
  assertConfirmed?(plan: Plan, input: ContactActionInput<N>): void;
  /** For timeline and audit, without who did it: “Email changed from a@b.example to c@d.example”. */
  summary(plan: Plan): string;
}

/** The token of the list of all definitions. */
export const ACTION_DEFINITIONS = Symbol('ACTION_DEFINITIONS');

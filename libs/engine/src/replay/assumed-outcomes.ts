import { usualAssumptions, type Assume } from '#contracts';
import { conditionsOf, dependencies, operatorOf, type Group } from '#rules';
import { randomShare } from '../deciding/random-branch.js';
import type { CompiledStep, CompiledVersion } from '../versions/compiled-version.js';

/** Of assumptions those that are not the usual ones: what is stored, and {} for a result that everybody means. */
export const unusual = (given: Assume): Partial<Assume> =>
  Object.fromEntries(Object.entries(given).filter(([key, value]) => value !== usualAssumptions[key as keyof Assume]));

/** What became of a mail that was never sent. */
export interface Fate {
  delivered: boolean;
  opened: boolean;
  clicked: boolean;
}

type Use = 'opened' | 'clicked';
const uses: readonly Use[] = ['opened', 'clicked'];

/** What one replay assumes of what nobody can know, and how many of its decisions hung on that. */
export class AssumedOutcomes {
  /** Decisions so far, by what they hung on. */
  readonly hung = { lists: 0, opened: 0, clicked: 0, calls: 0 };
  private readonly aboutMails = new Map<string, readonly Use[]>();
  private readonly aboutCalls = new Set<string>();
  /** Steps that ask about lists. */
  private readonly listSteps: readonly string[];

  constructor(
    readonly assume: Assume,
    version: CompiledVersion,
    /** Whether any rule of the drawing asks about lists. */
    private readonly aboutLists: boolean,
    private readonly types: readonly string[] | undefined,
  ) {
    for (const [id, step] of version.steps) {
      this.aboutMails.set(id, usesAskedBy(step));
      if (hasFailed(step)) this.aboutCalls.add(id);
    }
    this.listSteps = [...version.steps.values()].filter(({ asks }) => asks.some(asksForLists)).map(({ id }) => id);
  }

  /** These rules are to be decided. */
  asked(rules: readonly Group[]): void {
    if (this.aboutLists && rules.some(asksForLists)) this.hung.lists += 1;
  }

  /** Somebody came to this step. */
  visited(nodeId: string): void {
    for (const use of this.aboutMails.get(nodeId) ?? []) this.hung[use] += 1;
    if (this.aboutCalls.has(nodeId)) this.hung.calls += 1;
  }

  /** Steps whose decisions hang on an assumption, by its code. */
  steps(): Map<string, string[]> {
    const about = (use: Use) => [...this.aboutMails].filter(([, uses]) => uses.includes(use)).map(([id]) => id);
    return new Map([
      ['lists_as_now', [...this.listSteps]],
      ['mail_opened', about('opened')],
      ['mail_clicked', about('clicked')],
      ['calls_succeed', [...this.aboutCalls]],
    ]);
  }

  /** Whether anything in the drawing can notice activities of this type. */
  notices(type: string): boolean {
    return this.types === undefined || this.types.includes(type);
  }

  /** The same for the same person and step; who clicks has opened, and who opens has got it. */
  fateOf(personId: string, nodeId: string): Fate {
    const { delivered: arrive, opened: open, clicked: click } = this.assume;
    const at = (arrive < 100 || open > 0 || click > 0 ? randomShare(personId, nodeId) : 0) * 100;
    const delivered = at < arrive;
    const clicked = delivered && at < click;
    return { delivered, clicked, opened: clicked || (delivered && at < open) };
  }

  /** In which lists somebody was before anything was recorded, by those they are in today. */
  lists(today: Record<string, boolean>): Record<string, boolean> {
    const { list_members } = this.assume;
    if (list_members === 'today') return today;
    return Object.fromEntries(Object.keys(today).map((list) => [list, list_members === 'everybody']));
  }
}

/** Whether rules ask who is on which list. */
export const asksForLists = (rules: Group): boolean => dependencies(rules).lists.length > 0;

const hasFailed = ({ def }: CompiledStep): boolean => def.ports({}).some((port) => port.id === 'failed');

/** What of a mail this step looks at: by what it waits for, by activities it counts, or of an earlier step. */
function usesAskedBy({ asks, awaits }: CompiledStep): Use[] {
  const conditions = asks.flatMap((rules) => [...conditionsOf(rules)]);
  return uses.filter(
    (use) =>
      awaits?.activity_type === `email.${use}` ||
      conditions.some(
        ({ field, operator, activity_type }) =>
          activity_type === `email.${use}` ||
          (field === 'step' && (operatorOf(operator)?.negates ?? operatorOf(operator))?.name === use),
      ),
  );
}

import type { Backtest } from '#contracts';
import type { Simulated } from './replay-backend.js';
import type { Script } from './script.js';

export type Story = Backtest['storyboard'][number];

/** People that a storyboard shows at most. */
const MOST_STORIES = 12;
/** Different ways through the drawing that are kept to choose from. */
const MOST_WAYS = 200;
const MOST_STEPS = 60;

interface Way {
  /** The ways out that were taken, as `step:way out`; a step that somebody stands at has none. */
  parts: ReadonlySet<string>;
  story: Story;
}

/**
 * Keeps one person for each way through a drawing, and of these chooses the fewest that take every way out which anybody
 * took: always whoever takes most that nobody before them did (greedy set cover, at most ln n times as many as needed).
 */
export class Stories {
  private readonly ways = new Map<string, Way>();
  private readonly seen = new Set<string>();

  constructor(private readonly script: Script) {}

  /** One run, ended or still inside when the window ends. */
  take({ journey, mails }: Simulated, contactEmail: string): void {
    const steps = this.script.stepsOf(journey);
    const parts = new Set(steps.map(({ node_id, port }) => `${node_id}:${port ?? ''}`));
    const key = [...parts].sort().join(' ');
    if (this.ways.has(key)) return;
    const isNew = [...parts].some((part) => !this.seen.has(part));
    if (!isNew && this.ways.size >= MOST_WAYS) return;
    for (const part of parts) this.seen.add(part);
    const { run } = journey;
    this.ways.set(key, {
      parts,
      story: {
        contact_email: contactEmail,
        entered_at: run.entered_at.toISOString(),
        status: run.status,
        end_reason: run.end_reason,
        ended_at: run.ended_at?.toISOString() ?? null,
        steps: steps.slice(0, MOST_STEPS).map(({ ord: _ord, ...step }) => ({
          ...step,
          entered_at: step.entered_at.toISOString(),
          left_at: step.left_at?.toISOString() ?? null,
        })),
        messages: mails.slice(0, MOST_STEPS).map(({ node_id, visit, at, skipped }) => ({
          node_id,
          visit,
          at: at.toISOString(),
          ...(skipped ? { skipped } : {}),
        })),
      },
    });
  }

  /** The people of the storyboard, those who show most first. */
  chosen(): Story[] {
    const open = new Set(this.seen);
    const left = [...this.ways.values()];
    const stories: Story[] = [];
    // Of two who show as much, whoever got more mails.
    const shows = ({ parts, story }: Way) =>
      [...parts].filter((part) => open.has(part)).length + story.messages.length / (MOST_STEPS + 1);
    while (open.size > 0 && stories.length < MOST_STORIES) {
      const best = left.reduce((ahead, way) => (shows(way) > shows(ahead) ? way : ahead));
      for (const part of best.parts) open.delete(part);
      stories.push(best.story);
    }
    return stories;
  }
}

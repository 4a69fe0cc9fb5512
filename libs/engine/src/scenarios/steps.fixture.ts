import type { Graph } from '#graph';
import type { Database } from '#platform';
import type { Pipeline } from '#testing';
import { runPage, type RunView } from '../reports/reports.queries.js';

export type Step = [id: string, type: string, config?: Record<string, unknown>];
export type Way = [source: string, port: string, target: string];

/** A drawing; each step follows the one before by `next`, unless ways say otherwise for that step. */
export const drawing = (steps: Step[], ...ways: Way[]): Graph => ({
  schema: 1,
  nodes: steps.map(([id, type, config]) => ({ id, type, config: config ?? {} })),
  edges: [
    ...steps
      .slice(1)
      .flatMap(([target], at) =>
        ways.some(([source, , to]) => source === steps[at]![0] || to === target)
          ? []
          : [{ source: steps[at]![0], port: 'next', target }],
      ),
    ...ways.map(([source, port, target]) => ({ source, port, target })),
  ],
});

export const on = (activity_type: string, more: object = {}): Step => [
  'start',
  'activity_received',
  { activity_type, ...more },
];

export const tagged = (tag: string) => ({
  operator: 'AND',
  conditions: [{ field: 'tags', operator: 'contains', value: tag }],
});

/** People and their runs, for specs of steps. */
export class Walkers {
  private count = 0;

  constructor(
    readonly database: Database,
    readonly line: Pipeline,
    private readonly name: string,
  ) {}

  /** A lead with these columns. */
  async someone(fields: { tags?: string[]; timezone?: string; attributes?: object } = {}): Promise<string> {
    this.count += 1;
    const email = `${this.name}${this.count}@example.com`;
    await this.line.lead(email);
    await this.database.run(
      `update public.purchase_leads set tags = coalesce($2, tags), timezone = $3, attributes = coalesce($4::jsonb, attributes)
       where email = $1`,
      [
        email,
        fields.tags ?? null,
        fields.timezone ?? null,
        fields.attributes ? JSON.stringify(fields.attributes) : null,
      ],
    );
    await this.line.settle();
    return email;
  }

  async runs(automation: string, contact_email: string): Promise<RunView[]> {
    return (await runPage(this.database, automation, { contact_email, limit: 200 })).items;
  }

  async run(automation: string, email: string): Promise<RunView> {
    const runs = await this.runs(automation, email);
    if (runs.length !== 1) throw new Error(`${email} has ${runs.length} runs.`);
    return runs[0]!;
  }

  /** `step:way out`, in order. */
  async path(automation: string, email: string): Promise<string[]> {
    return (await this.run(automation, email)).steps.map((step) => `${step.node_id}:${step.port}`);
  }
}

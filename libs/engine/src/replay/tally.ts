import type { Simulated } from './replay-backend.js';
import type { Assumption, Backtest } from '#contracts';
import type { Script } from './script.js';
import { Stories, type Story } from './stories.js';

const SAMPLES = 10;

export type Sample = Backtest['samples'][number];

/** What a replay came to; kept as JSON, so instants are text. */
export interface BacktestResult {
  /** Runs begun. */
  entered: number;
  /** Different people. */
  people: number;
  messages: number;
  skipped: Record<string, number>;
  nodes: Record<string, { entered: number; ports: Record<string, number> }>;
  per_day: { day: string; entered: number; messages: number }[];
  worst: { contact_email: string; messages: number } | null;
  busiest_hour: { hour: string; messages: number } | null;
  ends: Record<string, number>;
  /** Runs without a mail that left, by what kept it back. */
  without_mail: Record<string, number>;
  samples: Sample[];
  storyboard: Story[];
  assumed: Assumption[];
  /** Activities that were replayed. */
  activities: number;
}

/** What a backtest comes to before anybody has entered. */
export const emptyResult = (): BacktestResult => ({
  entered: 0,
  people: 0,
  messages: 0,
  skipped: {},
  nodes: {},
  per_day: [],
  worst: null,
  busiest_hour: null,
  ends: {},
  without_mail: {},
  samples: [],
  storyboard: [],
  assumed: [],
  activities: 0,
});

/** Adds up runs as they end; holds a few samples and never a person's past. */
export class Tally {
  readonly result = emptyResult();
  private readonly days = new Map<string, { entered: number; messages: number }>();
  private readonly hours = new Map<number, number>();
  private readonly samples: { rank: string; sample: Sample }[] = [];
  private readonly dayOf: (at: Date) => string;
  private readonly stories: Stories;
  private hasMail: boolean;
  private person = { mails: 0, runs: 0, email: '' };

  constructor(private readonly script: Script) {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone: script.mail.timezone, dateStyle: 'short' });
    this.dayOf = (at) => format.format(at);
    this.stories = new Stories(script);
    this.hasMail = [...script.version.steps.values()].some((step) => step.def.kind === 'mail');
  }

  /** One run, ended or still inside when the window ends. */
  take(simulated: Simulated, contactEmail: string): void {
    const { journey, mails } = simulated;
    const { run } = journey;
    const steps = this.script.stepsOf(journey);
    const { result } = this;
    result.entered += 1;
    this.day(run.entered_at).entered += 1;
    for (const { node_id, port } of steps) {
      this.script.assumedOutcomes.visited(node_id);
      const node = (result.nodes[node_id] ??= { entered: 0, ports: {} });
      node.entered += 1;
      if (port !== null) node.ports[port] = (node.ports[port] ?? 0) + 1;
    }
    const sent = mails.filter((mail) => !mail.skipped);
    for (const { skipped } of mails) if (skipped) count(result.skipped, skipped);
    for (const { at } of sent) {
      this.day(at).messages += 1;
      const hour = Math.floor(at.getTime() / 3_600_000);
      this.hours.set(hour, (this.hours.get(hour) ?? 0) + 1);
    }
    result.messages += sent.length;
    count(result.ends, run.ended_at ? (run.status as string) : 'inside');
    if (this.hasMail && sent.length === 0) count(result.without_mail, mails[0]?.skipped ?? keptBack(run, steps));
    this.person.mails += sent.length;
    this.person.runs += 1;
    this.person.email = contactEmail;
    this.stories.take(simulated, contactEmail);
    this.sample(run.person_id, {
      contact_email: contactEmail,
      entered_at: run.entered_at.toISOString(),
      status: run.status,
      end_reason: run.end_reason,
      messages: sent.length,
      steps: steps.slice(0, 60).map(({ ord: _ord, ...step }) => ({
        ...step,
        entered_at: step.entered_at.toISOString(),
        left_at: step.left_at?.toISOString() ?? null,
      })),
    });
  }

  /** Everything of one person has been taken. */
  endOfPerson(): void {
    const { mails, runs, email } = this.person;
    if (runs > 0) this.result.people += 1;
    if (mails > (this.result.worst?.messages ?? 0)) this.result.worst = { contact_email: email, messages: mails };
    this.person = { mails: 0, runs: 0, email: '' };
  }

  /** The sums so far; `final` makes them complete. */
  finish(): BacktestResult {
    this.result.per_day = [...this.days]
      .map(([day, sums]) => ({ day, ...sums }))
      .sort((a, b) => (a.day < b.day ? -1 : 1));
    const [busiest] = [...this.hours].sort((a, b) => b[1] - a[1]);
    this.result.busiest_hour = busiest
      ? { hour: new Date(busiest[0] * 3_600_000).toISOString(), messages: busiest[1] }
      : null;
    this.result.samples = this.samples.map(({ sample }) => sample);
    this.result.storyboard = this.stories.chosen();
    return this.result;
  }

  private day(at: Date): { entered: number; messages: number } {
    const key = this.dayOf(at);
    const known = this.days.get(key) ?? { entered: 0, messages: 0 };
    this.days.set(key, known);
    return known;
  }

  /** Ten different people, spread by the random end of their ids, and the same ones each time. */
  private sample(personId: string, sample: Sample): void {
    const rank = personId.slice(-12);
    if (this.samples.some((each) => each.rank === rank)) return;
    if (this.samples.length >= SAMPLES && rank > this.samples.at(-1)!.rank) return;
    this.samples.push({ rank, sample });
    this.samples.sort((a, b) => (a.rank < b.rank ? -1 : 1));
    if (this.samples.length > SAMPLES) this.samples.pop();
  }
}

const count = (counts: Record<string, number>, key: string): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};

/** Where somebody left without a mail: the reason of their end, or the last way they took. */
function keptBack(
  run: Simulated['journey']['run'],
  steps: readonly { node_id: string; port: string | null }[],
): string {
  if (!run.ended_at) return 'still_inside';
  if (run.end_reason) return run.end_reason.slice(0, 80);
  const last = [...steps].reverse().find((step) => step.port !== null && step.port !== 'next');
  return last ? `${last.node_id}:${last.port}` : 'no_mail_on_this_way';
}

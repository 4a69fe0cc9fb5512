import { nodeDef, type GraphNode, type PlanInput } from '#graph';
import { useMemo } from 'react';
import { useSettings } from '../../settings/saving/settings.queries';

/** “Someone entering now continues Tue 24 Nov, 09:00”: what a wait would mean for a person without a time zone of their own. */
export function WaitExample({ step }: { step: GraphNode }) {
  const zone = useSettings().data?.timezone;
  const text = useMemo(() => (zone === undefined ? undefined : example(step, zone)), [step, zone]);
  return text ? (
    <p className="label" data-testid="wait-example">
      {text}
    </p>
  ) : null;
}

function example(step: GraphNode, timezone: string): string | undefined {
  const def = nodeDef(step.type);
  const config = def?.kind === 'wait' ? def.config.safeParse(step.config) : undefined;
  if (!def || !config?.success) return undefined;
  const now = new Date();
  const reads = def.reads?.(config.data as never) ?? [];
  if (reads.some((field) => field !== 'timezone')) return undefined;
  const input: PlanInput = {
    now,
    entered_at: now,
    timezone,
    contact_timezone: undefined,
    chance: 0,
    decide: () => false,
    arrived: [],
  };
  const plan = def.plan(config.data as never, input);
  if (!('wait' in plan)) return 'Someone entering now continues at once.';
  if (!plan.wait.until) return undefined;
  const early = plan.wait.activity_type !== undefined || plan.wait.on_change === true;
  const chosen = step.config.timezone;
  const zone = typeof chosen === 'string' && chosen !== 'contact' ? chosen : timezone;
  return `Someone entering now continues ${early ? 'by ' : ''}${written(plan.wait.until, zone)}.`;
}

/** The year only where it is another than this one. */
function written(at: Date, timeZone: string): string {
  const otherYear = at.getUTCFullYear() !== new Date().getUTCFullYear();
  const parts = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, ...parts, ...(otherYear ? { year: 'numeric' } : {}) });
  return `${format.format(at)}${timeZone === Intl.DateTimeFormat().resolvedOptions().timeZone ? '' : ` (${timeZone})`}`;
}

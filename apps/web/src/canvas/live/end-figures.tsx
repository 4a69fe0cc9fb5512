import './ends.css';
import { moneyText, wholeMoney } from '#rules';
import { count } from '../../ui/formatting/format';
import { FigureButton } from './figure-button';
import { useLive, type Ends } from './live-store';

/** What came of those who ended at a step, or behind a way out of it. */
export const endAt = (ends: Ends | null, nodeId: string, port: string | undefined) =>
  ends?.ends.find((end) => end.node_id === nodeId && end.port === (port ?? null));

/** What they paid since they entered, in words of the workspace's currency. */
export const paidText = (minor: number, currency: string): string => moneyText(wholeMoney(minor, currency), currency);

/** What those who ended here paid since they entered; nothing where they paid nothing. */
export function EndMoney({ nodeId, port }: { nodeId: string; port?: string }) {
  const paid = useLive(({ ends, trace, river }) =>
    trace || river ? 0 : (endAt(ends, nodeId, port)?.amount_minor ?? 0),
  );
  const currency = useLive(({ ends }) => ends?.currency ?? '');
  if (paid === 0) return null;
  return (
    <span className="end-money" data-testid={`money-${nodeId}${port ? `:${port}` : ''}`}>
      <FigureButton nodeId={nodeId} figure="ended" port={port}>
        {paidText(paid, currency)}
      </FigureButton>
    </span>
  );
}

/** How many reached the goal while they were at this step. */
export function GoalReached({ id }: { id: string }) {
  const n = useLive(({ ends, trace, river }) => (trace || river ? 0 : (endAt(ends, id, undefined)?.goal ?? 0)));
  if (n === 0) return null;
  return (
    <span className="step-goal" title="Reached the goal here" data-testid={`goal-${id}`}>
      <FigureButton nodeId={id} figure="goal">
        goal <b>{count(n)}</b>
      </FigureButton>
    </span>
  );
}

import './backtest.css';
import type { Backtest } from '#contracts';
import { portsOf, type Graph } from '#graph';
import { Button, Progress } from '@mantine/core';
import type { Replay } from '../../automations/backtests.queries';
import { useSentences } from '../../automations/reference-names';
import { Problem } from '../../ui/forms/confirm';
import { count, listed, people, plural } from '../../ui/formatting/format';
import { shortTime } from '../../ui/formatting/time';
import { BacktestAssumptions } from './backtest-assumptions';
import { BacktestCompare } from './backtest-compare';
import { BacktestSamples } from './backtest-samples';
import { reasonWords } from './backtest-reasons';
import { DayBars } from './day-bars';

/** What the draft would have done with the last thirty days. */
export function BacktestSection({ replay, graph }: { replay: Replay; graph: Graph }) {
  const { current, before, error } = replay;
  return (
    <section className="sheet-part" data-testid="backtest" data-status={current?.status ?? 'none'}>
      <h3>The last 30 days</h3>
      {error ? <Problem error={error} /> : null}
      {current?.status === 'completed' ? (
        <Answer backtest={current} before={before} graph={graph} />
      ) : current?.status === 'failed' ? (
        <p className="field-problem">{current.error ?? 'The backtest failed.'}</p>
      ) : current?.status === 'cancelled' ? (
        <p className="sentence quiet">The backtest was stopped.</p>
      ) : error ? null : (
        <div className="replay-going">
          <p className="sentence quiet">
            Running this draft against what was recorded. Nothing is sent and nobody is changed.
          </p>
          <Progress
            value={(current?.progress ?? 0) * 100}
            aria-label="Progress of the backtest"
            animated={false}
            size="sm"
          />
        </div>
      )}
      {replay.assumed ? (
        <BacktestAssumptions assumed={replay.assumed} assume={replay.assume} onChange={replay.change} />
      ) : null}
      {current?.status === 'queued' || current?.status === 'running' ? (
        <Button variant="subtle" size="compact-xs" onClick={replay.cancel}>
          Stop the backtest
        </Button>
      ) : null}
      {current?.status === 'failed' || current?.status === 'cancelled' || (error && !current) ? (
        <Button variant="default" size="compact-sm" onClick={replay.begin}>
          Run the backtest again
        </Button>
      ) : null}
    </section>
  );
}

function Answer({ backtest, before, graph }: { backtest: Backtest; before: Backtest | undefined; graph: Graph }) {
  const mails = backtest.messages > 0 || Object.keys(backtest.skipped).length > 0;
  return (
    <>
      <p className="sentence replay-sum" data-testid="backtest-sum">
        {backtest.people === 0 ? 'Nobody would have entered' : `${people(backtest.people)} would have entered`}
        {backtest.entered > backtest.people ? ` (${count(backtest.entered)} times)` : ''}
        {mails ? `, ${plural(backtest.messages, 'e-mail', 'e-mails')}` : ''}.
      </p>
      {backtest.known_since ? (
        <p className="sentence quiet" data-testid="backtest-known">
          The past is known from {shortTime(backtest.known_since)} on. What people did before was deleted, so rules
          about it find nothing.
        </p>
      ) : null}
      <Without backtest={backtest} graph={graph} />
      {before ? <BacktestCompare before={before} now={backtest} graph={graph} /> : null}
      <DayBars backtest={backtest} />
      {backtest.entered > 0 ? (
        <>
          <Paths backtest={backtest} graph={graph} />
          {backtest.worst && backtest.worst.messages > 0 ? (
            <p className="sentence">
              Most e-mails to one person: {backtest.worst.contact_email} gets{' '}
              {plural(backtest.worst.messages, 'e-mail', 'e-mails')} in 30 days.
              {backtest.busiest_hour
                ? ` Busiest hour: ${plural(backtest.busiest_hour.messages, 'e-mail', 'e-mails')} from ${shortTime(backtest.busiest_hour.hour)}.`
                : ''}
            </p>
          ) : null}
          <BacktestSamples samples={backtest.samples} graph={graph} />
        </>
      ) : null}
    </>
  );
}

/** Why some of them got no mail: by the reason of sending, or by the way that they took. */
function Without({ backtest, graph }: { backtest: Backtest; graph: Graph }) {
  const entries = Object.entries(backtest.without_mail).toSorted((a, b) => b[1] - a[1]);
  const total = entries.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return null;
  const said = entries.slice(0, 6).map(([reason, n]) => `${count(n)} ${reasonWords(reason, graph)}`);
  return (
    <p className="sentence" data-testid="backtest-without">
      {count(total)} got none: {listed(said)}.
    </p>
  );
}

/** How many came to each step, and which way they went on. */
function Paths({ backtest, graph }: { backtest: Backtest; graph: Graph }) {
  const say = useSentences(graph);
  return (
    <details className="replay-paths">
      <summary className="label">Every step and path</summary>
      <ul data-testid="backtest-paths">
        {graph.nodes.map((node) => {
          const figures = backtest.nodes[node.id];
          const ports = portsOf(node).filter((port) => port.label !== '');
          return (
            <li key={node.id}>
              <span className="sentence">
                <b>{count(figures?.entered ?? 0)}</b> {say(node)}
              </span>
              {ports.length > 1 ? (
                <span className="label">
                  {ports.map((port) => `${port.label}: ${count(figures?.ports[port.id] ?? 0)}`).join(' · ')}
                </span>
              ) : null}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

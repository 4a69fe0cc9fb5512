import './backtest.css';
import type { Backtest } from '#contracts';
import { portsOf, sentenceOf, type Graph } from '#graph';
import { Button, Progress } from '@mantine/core';
import type { Replay } from '../../automations/backtests.queries';
import { Problem } from '../../ui/confirm';
import { count, listed, people, plural } from '../../ui/format';
import { shortTime } from '../../ui/time';
import { BacktestSamples } from './backtest-samples';
import { DayBars } from './day-bars';

/** What the draft would have done with the last thirty days. */
export function BacktestPart({ replay, graph }: { replay: Replay; graph: Graph }) {
  const { current, before, error } = replay;
  return (
    <section className="sheet-part" data-testid="backtest" data-status={current?.status ?? 'none'}>
      <h3>The last 30 days</h3>
      {error ? <Problem error={error} /> : null}
      {current?.status === 'completed' ? (
        <Answer backtest={current} before={before} graph={graph} />
      ) : current?.status === 'failed' ? (
        <p className="field-problem">{current.error ?? 'The replay failed.'}</p>
      ) : current?.status === 'cancelled' ? (
        <p className="sentence quiet">The replay was stopped.</p>
      ) : error ? null : (
        <div className="replay-going">
          <p className="sentence quiet">
            Replaying what was recorded through this drawing. Nothing is sent, nobody is changed.
          </p>
          <Progress
            value={(current?.progress ?? 0) * 100}
            aria-label="Progress of the replay"
            animated={false}
            size="sm"
          />
        </div>
      )}
      {current?.status === 'queued' || current?.status === 'running' ? (
        <Button variant="subtle" size="compact-xs" onClick={replay.cancel}>
          Stop the replay
        </Button>
      ) : null}
      {current?.status === 'failed' || current?.status === 'cancelled' || (error && !current) ? (
        <Button variant="default" size="compact-sm" onClick={replay.begin}>
          Replay again
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
      <Without backtest={backtest} graph={graph} />
      {before && (before.entered !== backtest.entered || before.messages !== backtest.messages) ? (
        <p className="label" data-testid="backtest-before">
          Before the last changes: {people(before.people)}, {plural(before.messages, 'e-mail', 'e-mails')}.
        </p>
      ) : null}
      <DayBars backtest={backtest} />
      {backtest.entered > 0 ? (
        <>
          <Paths backtest={backtest} graph={graph} />
          {backtest.worst && backtest.worst.messages > 0 ? (
            <p className="sentence">
              Most mail: {backtest.worst.contact_email} gets {plural(backtest.worst.messages, 'e-mail', 'e-mails')} in
              30 days.
              {backtest.busiest_hour
                ? ` Busiest hour: ${plural(backtest.busiest_hour.messages, 'e-mail', 'e-mails')} from ${shortTime(backtest.busiest_hour.hour)}.`
                : ''}
            </p>
          ) : null}
          <BacktestSamples samples={backtest.samples} graph={graph} />
        </>
      ) : null}
      <details className="assumed">
        <summary className="label">What is assumed ({backtest.assumed.length})</summary>
        <ul className="sentence">
          {backtest.assumed.map((one) => (
            <li key={one.code}>{one.text}</li>
          ))}
        </ul>
      </details>
    </>
  );
}

const reasons: Record<string, string> = {
  unsubscribed: 'unsubscribed',
  suppressed: 'on the suppression list',
  no_consent: 'gave no consent',
  capped: 'had enough mail already',
  no_address: 'without an address',
  still_inside: 'still inside at the end',
  goal: 'reached the goal first',
  exit_when: 'left early',
  no_mail_on_this_way: 'on a way without mail',
};

/** Why some of them got no mail: by the reason of sending, or by the way that they took. */
function Without({ backtest, graph }: { backtest: Backtest; graph: Graph }) {
  const entries = Object.entries(backtest.without_mail).toSorted((a, b) => b[1] - a[1]);
  const total = entries.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return null;
  const said = entries.slice(0, 6).map(([reason, n]) => `${count(n)} ${wordsFor(reason, graph)}`);
  return (
    <p className="sentence" data-testid="backtest-without">
      {count(total)} got none: {listed(said)}.
    </p>
  );
}

function wordsFor(reason: string, graph: Graph): string {
  const known = reasons[reason];
  if (known) return known;
  const [id, port] = [reason.slice(0, reason.lastIndexOf(':')), reason.slice(reason.lastIndexOf(':') + 1)];
  const step = graph.nodes.find((node) => node.id === id);
  const way = step && portsOf(step).find((one) => one.id === port)?.label;
  return step ? `went “${way ?? port}” at “${sentenceOf(step)}”` : `ended: ${reason}`;
}

/** How many came to each step, and which way they went on. */
function Paths({ backtest, graph }: { backtest: Backtest; graph: Graph }) {
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
                <b>{count(figures?.entered ?? 0)}</b> {sentenceOf(node)}
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

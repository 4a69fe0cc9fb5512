import { moneyText, wholeMoney } from '#rules';
import { experimentOf, goalText, stopRuleText, type Graph } from '#graph';
import { Drawer } from '@mantine/core';
import { useExperiment, type ExperimentReport } from '../../automations/experiments.queries';
import { useSentences } from '../../automations/reference-names';
import { Failed, Loading } from '../../ui/feedback/query-states';
import { count, people } from '../../ui/formatting/format';
import { shortTime } from '../../ui/formatting/time';
import { Table } from '../../ui/pages/table';
import { useScreen, useScreenStore } from '../screen/screen-store';

/** The figures of the experiment at a split: each path with its interval, and the rule it ends by. */
export function ExperimentSheet({ automationId }: { automationId: string }) {
  const id = useScreen((screen) => screen.experiment);
  const screen = useScreenStore();
  return (
    <Drawer
      opened={id !== null}
      onClose={() => screen.setState({ experiment: null })}
      position="right"
      size={640}
      title={<span className="sheet-title">Experiment</span>}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id === null ? null : <Result automationId={automationId} id={id} />}
    </Drawer>
  );
}

const MISMATCH =
  'No winner is named while this is so. Look who moves people by hand, and what else lets them go on. Of 100 experiments whose people do match, at most 1 ever says this.';

type Path = ExperimentReport['paths'][number];

function Result({ automationId, id }: { automationId: string; id: string }) {
  const found = useExperiment(automationId, id, true);
  if (found.error)
    return (
      <Failed error={found.error} what="The experiment could not be loaded" onRetry={() => void found.refetch()} />
    );
  if (!found.data) return <Loading lines={8} />;
  const report = found.data;
  const { rule, paths } = report;
  const isMoney = rule.goal === 'money';
  const most = Math.max(...paths.map(({ high, each }) => high ?? each ?? 0));
  const say = (value: number) => valueText(value, report);
  return (
    <div className="sheet" data-testid="experiment-sheet">
      <section className="sheet-part">
        {report.mismatch ? (
          <p className="notice" data-tone="warning" data-testid="experiment-mismatch">
            {report.sentence}
          </p>
        ) : (
          <p className="sentence lead">{report.sentence}</p>
        )}
        <p className="label">{whenText(report)}</p>
        {report.mismatch ? <p className="label">{MISMATCH}</p> : null}
      </section>
      <section className="sheet-part">
        <h3>{`What the paths bring: ${goalText(rule)}`}</h3>
        <Table
          label="Paths of the experiment"
          rows={paths}
          columns={[
            {
              title: 'Path',
              className: 'short',
              cell: (path) => <PathName path={path} won={report.winner === path.id} />,
            },
            { title: 'Counted', className: 'num', cell: ({ people: n }) => count(n) },
            { title: isMoney ? 'Paid' : 'Enrolled', className: 'num', cell: ({ reached }) => count(reached) },
            {
              title: isMoney ? 'A person brings' : 'Share',
              cell: (path) => <Likely path={path} most={most} say={say} />,
            },
            {
              title: 'Better',
              className: 'short',
              cell: ({ better }) => (better === null || report.mismatch ? '–' : betterText(better)),
            },
          ]}
        />
        <p className="label">
          {`The bars hold the true value with ${rule.sure} % certainty, on whichever day you look. “Better” is the probability that a path is better than the best of the others.`}
        </p>
        <Waiting paths={paths} days={rule.within_days} />
        {report.limited ? <p className="label">Only the first 200,000 visits are counted.</p> : null}
      </section>
      <section className="sheet-part">
        <h3>The rule</h3>
        <p className="sentence">{stopRuleText(rule)}</p>
        {report.state === 'running' ? (
          <p className="label">
            {`${report.mismatch ? '' : `Evidence so far: ${Math.floor(report.towards * 100)} % of what it takes. `}It ends on ${shortTime(report.ends_at)} at the latest.`}
          </p>
        ) : null}
      </section>
    </div>
  );
}

function PathName({ path, won }: { path: Path; won: boolean }) {
  const more = [`${path.percent} %`, path.hold_out ? 'hold-out' : '', won ? 'won' : ''].filter(Boolean);
  return (
    <>
      <b>{path.name}</b> <span className="label">{more.join(', ')}</span>
    </>
  );
}

/** A value with its interval, in figures and as a bar. */
function Likely({ path, most, say }: { path: Path; most: number; say: (value: number) => string }) {
  const { each, low, high } = path;
  if (each === null || low === null) return <span className="quiet">nobody counted yet</span>;
  const part = (value: number) => `${most === 0 ? 0 : Math.min(100, (value / most) * 100)}%`;
  return (
    <>
      <b>{say(each)}</b>{' '}
      <span className="label">{high === null ? `at least ${say(low)}` : `${say(low)} to ${say(high)}`}</span>
      <span className="likely" aria-hidden>
        <span style={{ left: part(low), right: `calc(100% - ${part(high ?? most)})` }} />
        <i style={{ left: part(each) }} />
      </span>
    </>
  );
}

function Waiting({ paths, days }: { paths: readonly Path[]; days: number }) {
  const open = paths.reduce((sum, path) => sum + path.open, 0);
  if (open === 0) return null;
  return (
    <p className="label">
      {`${people(open)} ${open === 1 ? 'is' : 'are'} still in their ${days === 1 ? 'day' : `${days} days`} and ${open === 1 ? 'is' : 'are'} counted after it.`}
    </p>
  );
}

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

const valueText = (value: number, { rule, currency }: ExperimentReport): string =>
  rule.goal === 'money' ? moneyText(wholeMoney(value, currency), currency) : percent.format(value);

const betterText = (better: number): string =>
  better > 0.99 ? 'over 99 %' : better < 0.01 ? 'under 1 %' : `${Math.floor(better * 100)} %`;

function whenText({ state, version, began_at, decided_at }: ExperimentReport): string {
  const since = `Version ${version}, since ${shortTime(began_at)}`;
  if (decided_at) return `${since}. Ended on ${shortTime(decided_at)}.`;
  return state === 'running' ? `${since}.` : `${since}. It does not run any more.`;
}

/** In the publish sheet: the rules that publishing agrees. */
export function AgreedRules({ graph }: { graph: Graph }) {
  const say = useSentences(graph);
  const agreed = graph.nodes.flatMap((node) => {
    const rule = experimentOf(node);
    return rule ? [{ node, rule }] : [];
  });
  if (agreed.length === 0) return null;
  return (
    <section className="sheet-part" data-testid="agreed-rules">
      <h3>{agreed.length === 1 ? 'The experiment' : 'The experiments'}</h3>
      {agreed.map(({ node, rule }) => (
        <p key={node.id} className="sentence">
          {`${say(node)}. ${stopRuleText(rule)}`}
        </p>
      ))}
      <p className="label">
        Publishing fixes this rule. An experiment begins anew with each version, and what was counted before does not
        carry over.
      </p>
    </section>
  );
}

import type { Backtest } from '#contracts';
import { portsOf, type Graph, type GraphNode } from '#graph';
import { useSentences } from '../../automations/reference-names';
import { count } from '../../ui/formatting/format';
import { shortTime } from '../../ui/formatting/time';
import { reasonWords } from './backtest-reasons';

interface Figure {
  key: string;
  words: string;
  before: number;
  now: number;
}

const LINES = 12;

/** What an edit changed: every figure that is another one than in the replay before it, old → new. */
export function BacktestCompare({ before, now, graph }: { before: Backtest; now: Backtest; graph: Graph }) {
  const sums = changed(sumsOf(before, now, graph));
  const say = useSentences(graph);
  const paths = changed(pathsOf(before, now, graph, say));
  const since = `the backtest of ${shortTime(before.created_at)}, before the last changes`;
  if (sums.length + paths.length === 0)
    return (
      <p className="label" data-testid="backtest-before">
        Every number is the same as in {since}.
      </p>
    );
  return (
    <div className="compare" data-testid="backtest-before">
      <Table caption={`Compared with ${since}`} figures={sums} />
      {paths.length > 0 ? (
        <details open={sums.length + paths.length <= LINES || undefined}>
          <summary className="label">Steps and paths that changed ({paths.length})</summary>
          <Table figures={paths} />
        </details>
      ) : null}
    </div>
  );
}

function Table({ caption, figures }: { caption?: string; figures: readonly Figure[] }) {
  return (
    <table>
      {caption ? <caption className="label">{caption}</caption> : null}
      <thead>
        <tr className="label">
          <th scope="col">{figures.length === 0 ? 'The totals are the same' : ''}</th>
          <th scope="col">Before</th>
          <th scope="col">Now</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        {figures.map(({ key, words, before, now }) => (
          <tr key={key} data-testid={`compare-${key}`}>
            <th scope="row">{words}</th>
            <td>{count(before)}</td>
            <td>→ {count(now)}</td>
            <td>
              <span aria-hidden>{now > before ? '▲' : '▼'} </span>
              {now > before ? '+' : '−'}
              {count(Math.abs(now - before))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const changed = (figures: readonly Figure[]): Figure[] => figures.filter(({ before, now }) => before !== now);

function sumsOf(before: Backtest, now: Backtest, graph: Graph): Figure[] {
  const times = { key: 'entered', words: 'Times people entered', before: before.entered, now: now.entered };
  const again = before.entered > before.people || now.entered > now.people;
  return [
    { key: 'people', words: 'People who would have entered', before: before.people, now: now.people },
    ...(again ? [times] : []),
    { key: 'messages', words: 'E-mails', before: before.messages, now: now.messages },
    ...pairs(before.skipped, now.skipped).map((each) => ({
      ...each,
      key: `skipped-${each.key}`,
      words: `E-mails skipped: ${reasonWords(each.key, graph)}`,
    })),
    ...pairs(before.without_mail, now.without_mail).map((each) => ({
      ...each,
      key: `without-${each.key}`,
      words: `No e-mail: ${reasonWords(each.key, graph)}`,
    })),
  ];
}

/** Each step and each of its ways out, in the order of the drawing. */
function pathsOf(before: Backtest, now: Backtest, graph: Graph, say: (node: GraphNode) => string): Figure[] {
  return graph.nodes.flatMap((node) => {
    const [was, is] = [before.nodes[node.id], now.nodes[node.id]];
    const sentence = say(node);
    const ports = portsOf(node).filter((port) => port.label !== '');
    return [
      { key: node.id, words: sentence, before: was?.entered ?? 0, now: is?.entered ?? 0 },
      ...(ports.length > 1 ? ports : []).map((port) => ({
        key: `${node.id}-${port.id}`,
        words: `${sentence}: ${port.label}`,
        before: was?.ports[port.id] ?? 0,
        now: is?.ports[port.id] ?? 0,
      })),
    ];
  });
}

const pairs = (before: Record<string, number>, now: Record<string, number>): Pick<Figure, 'key' | 'before' | 'now'>[] =>
  [...new Set([...Object.keys(before), ...Object.keys(now)])].map((key) => ({
    key,
    before: before[key] ?? 0,
    now: now[key] ?? 0,
  }));

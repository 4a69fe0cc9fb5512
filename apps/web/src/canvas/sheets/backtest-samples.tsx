import type { Backtest } from '#contracts';
import type { Graph } from '#graph';
import { useSentences } from '../../automations/reference-names';
import { plural } from '../../ui/formatting/format';
import { shortTime } from '../../ui/formatting/time';
import { describeOutcome } from '../../runs/step-outcome';

/** Ten people by name, each with the way that they would have gone. */
export function BacktestSamples({ samples, graph }: { samples: Backtest['samples']; graph: Graph }) {
  const say = useSentences(graph);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  if (samples.length === 0) return null;
  return (
    <div className="samples" data-testid="backtest-samples">
      <p className="label">Sample people, step by step</p>
      {samples.map((sample) => (
        <details key={`${sample.contact_email}-${sample.entered_at}`}>
          <summary>
            <b>{sample.contact_email}</b>
            <span className="label">
              {shortTime(sample.entered_at)} · {plural(sample.messages, 'e-mail', 'e-mails')}
            </span>
          </summary>
          <ol className="visits">
            {sample.steps.map((step) => {
              const node = nodes.get(step.node_id);
              return (
                <li key={`${step.node_id}-${step.visit}`}>
                  <p className="label">{shortTime(step.entered_at)}</p>
                  <p className="sentence">{node ? say(node) : step.node_id}</p>
                  <p className="visit-outcome">{describeOutcome(step, node)}</p>
                </li>
              );
            })}
          </ol>
        </details>
      ))}
    </div>
  );
}

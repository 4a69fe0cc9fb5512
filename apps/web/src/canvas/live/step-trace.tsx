import { shortTime } from '../../ui/formatting/time';
import { useStep } from '../document/use-editor';
import { useLive } from './live-store';
import { describeOutcome } from '../../runs/step-outcome';

/** What the traced person met at the open step, each visit with its time and reason. */
export function StepTrace({ id }: { id: string }) {
  const visits = useLive((live) => live.trace?.visits.get(id));
  const email = useLive((live) => live.trace?.run.contact_email);
  const step = useStep(id);
  if (!email) return null;
  if (!visits) return <p className="sentence quiet">{email} did not reach this step.</p>;
  return (
    <ol className="visits">
      {visits.map((visit) => (
        <li key={visit.visit}>
          <p className="sentence">{describeOutcome(visit, step)}</p>
          <p className="label">
            arrived {shortTime(visit.entered_at)}
            {visit.left_at ? `, left ${shortTime(visit.left_at)}` : ', still here'}
          </p>
          {Object.keys(visit.outcome).length > 0 ? (
            <details>
              <summary className="label">Details</summary>
              <pre className="code">{JSON.stringify(visit.outcome, null, 2)}</pre>
            </details>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

import type { Run } from '#contracts';
import { indexGraph, sentenceOf } from '#graph';
import { useVersion } from '../automations/versions.queries';
import { useNames } from '../rule-builder/suggestions';

/** The step at which a run stands, in the words of its version; nothing while that is looked up. */
export function StepWords({ run }: { run: Pick<Run, 'automation_id' | 'version' | 'node_id'> }) {
  const version = useVersion(run.automation_id, run.version);
  const names = useNames();
  if (!version.data || run.node_id === null) return null;
  const step = indexGraph(version.data.graph).nodes.get(run.node_id);
  return step ? <p className="label">At this step: {sentenceOf(step, names)}</p> : null;
}

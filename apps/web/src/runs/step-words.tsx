import type { Run } from '#contracts';
import { indexGraph, noNames, sentenceOf } from '#graph';
import { useVersion } from '../automations/versions.queries';

/** The step at which a run stands, in the words of its version; nothing while that is looked up. */
export function StepWords({ run }: { run: Pick<Run, 'automation_id' | 'version' | 'node_id'> }) {
  const version = useVersion(run.automation_id, run.version);
  if (!version.data || run.node_id === null) return null;
  const step = indexGraph(version.data.graph).nodes.get(run.node_id);
  return step ? <p className="label">At this step: {sentenceOf(step, noNames)}</p> : null;
}

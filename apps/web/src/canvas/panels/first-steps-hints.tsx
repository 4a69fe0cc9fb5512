import type { Automation } from '#contracts';
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { nodeDef } from '#graph';
import { useEffect, useState } from 'react';
import { useEditor } from '../document/use-editor';

const KEY = 'cortex.coach';

const hints = [
  { id: 'start', text: 'Choose what starts it.' },
  { id: 'mail', text: 'Write the e-mail: click the step, then fill in what is underlined.' },
  { id: 'problems', text: 'Marks on the steps show problems. The Problems panel on the left takes you to each one.' },
  { id: 'publish', text: 'Publish. You first see who it would reach.' },
] as const;

const known = (): ReadonlySet<string> => {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY) ?? '[]') as string[]);
  } catch {
    return new Set();
  }
};

/** Four hints for a first automation, one at a time; each is gone once it is done, and never comes back. */
export function FirstStepsHints({ automation }: { automation: Automation }) {
  const [gone, setGone] = useState(known);
  const started = useEditor((state) => state.document.graph.nodes.some((one) => nodeDef(one.type)?.kind === 'entry'));
  // A drawing without a mail step has nothing to write.
  const mails = useEditor((state) => state.document.graph.nodes.some((one) => nodeDef(one.type)?.kind === 'mail'));
  const mailed = useEditor((state) => {
    const steps = state.document.graph.nodes.filter((node) => nodeDef(node.type)?.kind === 'mail');
    return steps.length > 0 && !state.problems.some((one) => steps.some((step) => step.id === one.node_id));
  });
  const whole = useEditor(
    (state) => started && (mailed || !mails) && !state.problems.some((problem) => problem.severity === 'blocks'),
  );
  const shown = useEditor((state) => state.mode === 'build' && !state.readOnly);
  const published = automation.live_version !== null;
  const done = [started && 'start', mailed && 'mail', whole && 'problems', published && 'publish'].filter(
    (one): one is (typeof hints)[number]['id'] => one !== false,
  );
  if (done.some((id) => !gone.has(id))) setGone(new Set([...gone, ...done]));
  useEffect(() => localStorage.setItem(KEY, JSON.stringify([...gone])), [gone]);
  const at = hints.findIndex((hint) => !gone.has(hint.id) && (hint.id !== 'mail' || mails));
  const hint = hints[at];
  if (!shown || published || !hint) return null;
  const dismiss = () => setGone(new Set(hints.map((one) => one.id)));
  return (
    <p className="coach" data-testid="coach">
      <span className="label">
        {at + 1} of {hints.length}
      </span>
      <span className="sentence">{hint.text}</span>
      <ActionIcon aria-label="Hide the hints" onClick={dismiss}>
        <IconX size={14} stroke={1.5} />
      </ActionIcon>
    </p>
  );
}

import { indexGraph, nodeDef, sentenceOf, shorten, type GraphNode } from '#graph';
import { ActionIcon, Textarea, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash, IconX } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { askedBy, useNamesFor } from '../../automations/reference-names';
import { StepIcon, kindColor } from '../../automations/step-icon';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import { StepTrace } from '../live/step-trace';
import { StepTakenNotice } from '../presence/step-taken-notice';
import { useHolder } from '../presence/presence-store';
import { changeConfig, mustAsk, placeAfter, placeBefore, removeSteps, wordOf } from '../document/steps';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import { overrides } from './overrides';
import { Form } from './form';
import { fieldsOf, type FormField } from '../../schema-form/schema';
import { SettingsForm } from './settings-form';
import { StartLimits } from './settings/start-limits';
import { WaitExample } from './wait-example';

/** The right side: the open step, or the settings of the automation. */
export function Inspector() {
  const open = useEditor((state) => state.open);
  const step = useEditor((state) =>
    state.open === null ? undefined : indexGraph(state.document.graph).nodes.get(state.open),
  );
  const round = useEditor((state) => state.elsewhere.get(state.open ?? '') ?? 0);
  if (open === 'settings')
    return (
      <InspectorBoundary key={round} what="The settings could not be shown">
        <SettingsForm />
      </InspectorBoundary>
    );
  // Forms keep what is half typed; what somebody else changed is shown by a new one.
  return step ? (
    <InspectorBoundary key={`${step.id}@${round}`} what="This step could not be shown" of={step}>
      <StepInspector step={step} />
    </InspectorBoundary>
  ) : null;
}

/** Keeps the place of the inspector, with a way to close it. */
function InspectorBoundary(props: { what: string; of?: unknown; children: ReactNode }) {
  const store = useEditorStore();
  return (
    <ErrorBoundary
      {...props}
      frame={(failed) => (
        <aside className="inspector inspector-failed" aria-label={props.what} data-testid="inspector">
          <ActionIcon aria-label="Close" onClick={() => store.getState().openStep(null)}>
            <IconX size={16} stroke={1.5} />
          </ActionIcon>
          {failed}
        </aside>
      )}
    />
  );
}

function StepInspector({ step }: { step: GraphNode }) {
  const store = useEditorStore();
  const def = nodeDef(step.type);
  const problems = useEditor((state) => state.problems);
  const fresh = useEditor((state) => state.fresh.has(step.id));
  const held = useHolder(step.id) !== undefined;
  const readOnly = useEditor((state) => state.readOnly || state.mode !== 'build') || held;
  const live = useEditor((state) => state.mode === 'live');
  const box = useRef<HTMLDivElement>(null);
  useFocusField(box);
  const names = useNamesFor(useEditor((state) => askedBy(step, state.document.graph)));
  const fields = useMemo(() => (def ? fieldsOf(def.config) : []), [def]);
  const wrong = useMemo(() => {
    const own = fresh ? [] : problems.filter((problem) => problem.node_id === step.id);
    return new Map(own.map((problem) => [problem.pointer.split('/config/')[1] ?? '', problem.message]));
  }, [fresh, problems, step.id]);

  const replace = (config: Record<string, unknown>, burst?: string) =>
    store.getState().edit(changeLabel(step, config), changeConfig(store.getState().document.graph, step.id, config), {
      ...(burst ? { burst: `${step.id}:${burst}` } : {}),
    });
  const change = (name: string, value: unknown) => {
    const current = indexGraph(store.getState().document.graph).nodes.get(step.id)?.config ?? step.config;
    const { [name]: _before, ...rest } = current;
    replace(value === undefined ? rest : { ...rest, [name]: value }, name);
  };
  const form = {
    fields,
    config: step.config,
    problems: wrong,
    readOnly,
    stepId: step.id,
    onChange: change,
    onReplace: replace,
  };
  const Special = Object.hasOwn(overrides, step.type) ? overrides[step.type] : undefined;
  const close = () => {
    store.getState().openStep(null);
    document.querySelector<HTMLElement>('.drawing-keys')?.focus();
  };
  return (
    <aside
      ref={box}
      className={Special || def?.kind === 'entry' || fields.some(needsRoom) ? 'inspector inspector-wide' : 'inspector'}
      aria-label={`Step: ${def?.title ?? step.type}`}
      data-testid="inspector"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) close();
      }}
    >
      <header className="inspector-head" style={{ ['--kind' as string]: kindColor(step.type) }}>
        <StepIcon type={step.type} />
        <h2>{def?.title ?? step.type}</h2>
        <span className="bar-gap" />
        <Walk step={step} />
        <Tooltip label="Close">
          <ActionIcon aria-label="Close" onClick={close}>
            <IconX size={16} stroke={1.5} />
          </ActionIcon>
        </Tooltip>
      </header>
      <p className="sentence inspector-sentence" aria-live="polite">
        {sentenceOf(step, names)}.
      </p>
      <StepTakenNotice step={step.id} />
      {live ? null : <WaitExample step={step} />}
      {live ? <StepTrace id={step.id} /> : null}
      {wrong.has('') ? <p className="field-problem">{wrong.get('')}</p> : null}
      {fields.length === 0 && def?.kind !== 'entry' ? <p className="label">This step has no settings.</p> : null}
      {Special ? <Special {...form} /> : <Form {...form} />}
      {def?.kind === 'entry' ? <StartLimits start={step} readOnly={readOnly} /> : null}
      {readOnly ? null : <StepNote step={step} />}
      {def ? (
        <details className="step-help" data-testid="step-help">
          <summary>What this step does</summary>
          <p>{def.summary}</p>
          <p>{def.docs}</p>
        </details>
      ) : null}
      {readOnly ? null : <Remove step={step} />}
    </aside>
  );
}

/** Fields with rules: three inputs in a row. */
const needsRoom = ({ control = '' }: FormField): boolean => ['cases', 'rules', 'metadata_rules'].includes(control);

/** “Wait 2 days → Wait 3 days”, or what kind of step was changed where its sentence stays the same. */
function changeLabel(step: GraphNode, config: Record<string, unknown>): string {
  const [before, after] = [sentenceOf(step), sentenceOf({ ...step, config })];
  return before === after ? `Change ${wordOf(step)}` : `${shorten(before, 48)} → ${shorten(after, 48)}`;
}

/** Focuses the field a blank was pressed for. */
function useFocusField(box: React.RefObject<HTMLDivElement | null>) {
  const focus = useEditor((state) => state.focus);
  useEffect(() => {
    if (!focus) return;
    const field = box.current?.querySelector(`[data-field="${CSS.escape(focus.field)}"]`);
    const target = field?.querySelector<HTMLElement>('input:not([type=hidden]), textarea, button, [tabindex="0"]');
    field?.scrollIntoView({ block: 'nearest' });
    target?.focus();
  }, [focus, box]);
}

/** To the step before, to the step after. */
function Walk({ step }: { step: GraphNode }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const graph = useEditor((state) => state.document.graph);
  const before = placeBefore(graph, step.id)?.source;
  const place = placeAfter(graph, step.id);
  const ways = indexGraph(graph).out.get(step.id);
  const after = (place && ways?.get(place.port)?.target) ?? ways?.values().next().value?.target;
  const go = (id: string | undefined) => {
    if (id === undefined) return;
    store.getState().select([id]);
    store.getState().openStep(id);
    screen.getState().camera?.reveal(id);
  };
  return (
    <>
      <ActionIcon aria-label="Previous step" disabled={before === undefined} onClick={() => go(before)}>
        <IconArrowUp size={16} stroke={1.5} />
      </ActionIcon>
      <ActionIcon aria-label="Next step" disabled={after === undefined} onClick={() => go(after)}>
        <IconArrowDown size={16} stroke={1.5} />
      </ActionIcon>
    </>
  );
}

function StepNote({ step }: { step: GraphNode }) {
  const store = useEditorStore();
  const [draft, setDraft] = useState(step.note ?? '');
  const keep = () => {
    const note = draft.trim() === '' ? null : draft;
    if (note !== (step.note ?? null))
      store.getState().edit('Change a note', [{ op: 'set_note', node_id: step.id, note }]);
  };
  return (
    <Textarea
      label="Note"
      description="For your team. It is never sent to anyone."
      autosize
      minRows={2}
      maxRows={8}
      maxLength={2000}
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={keep}
    />
  );
}

function Remove({ step }: { step: GraphNode }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const remove = () => {
    if (mustAsk(store.getState().document.graph, step.id)) screen.setState({ removing: step.id });
    else removeSteps(store, [step.id]);
  };
  return (
    <div className="inspector-foot">
      <button type="button" className="text-button danger" onClick={remove} data-testid="remove-step">
        <IconTrash size={14} stroke={1.5} aria-hidden /> Remove this step
      </button>
    </div>
  );
}

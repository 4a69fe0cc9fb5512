import type { Automation } from '#contracts';
import { Button } from '@mantine/core';
import { ErrorBoundary } from '../ui/feedback/error-boundary';
import { Flow } from './adapter/flow';
import { runKey } from './commands';
import { ExpectedBar } from './expected/expected-bar';
import { useEditor, useEditorStore } from './document/use-editor';
import { RiverBar } from './live/river-bar';
import { FirstStepsHints } from './panels/first-steps-hints';
import { Outline } from './panels/outline';
import { SelectionBar } from './panels/selection-bar';
import { BackToDrawing, ZoomBar } from './panels/zoom-bar';
import { useScreenStore } from './screen/screen-store';

/** The drawing, or below 900 px the same as a list. One tab stop; the keys are ours. */
export function DrawingArea({
  narrow,
  empty,
  automation,
}: {
  narrow: boolean;
  empty: boolean;
  automation: Automation;
}) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const selected = useEditor((state) => state.selected.at(-1));
  const building = useEditor((state) => state.mode === 'build' && !state.readOnly);
  if (narrow)
    return (
      <div className="canvas canvas-list">
        <ErrorBoundary what="The last 30 days could not be shown" room="line">
          <ExpectedBar />
        </ErrorBoundary>
        <ErrorBoundary what="The last days could not be shown" room="line">
          <RiverBar automationId={automation.id} />
        </ErrorBoundary>
        <Outline wide />
      </div>
    );
  return (
    <div
      className="canvas drawing-keys"
      role="group"
      tabIndex={0}
      aria-label="The drawing. Arrow keys move along the paths, Enter opens a step, A adds one, question mark lists the keyboard shortcuts."
      aria-activedescendant={selected === undefined ? undefined : `step-${selected}`}
      onKeyDown={(event) => {
        runKey(event.nativeEvent, { store, screen }, true);
      }}
    >
      <Flow />
      <ErrorBoundary what="The buttons could not be shown" room="line">
        <SelectionBar />
      </ErrorBoundary>
      <ErrorBoundary what="The zoom could not be shown" room="line">
        <ZoomBar />
        <BackToDrawing />
      </ErrorBoundary>
      <ErrorBoundary what="The last 30 days could not be shown" room="line">
        <ExpectedBar />
      </ErrorBoundary>
      <ErrorBoundary what="The last days could not be shown" room="line">
        <RiverBar automationId={automation.id} />
      </ErrorBoundary>
      <ErrorBoundary what="The hints could not be shown" room="line">
        <FirstStepsHints automation={automation} />
      </ErrorBoundary>
      {empty && building ? (
        <div className="canvas-empty">
          <p className="sentence lead">What should start it?</p>
          <Button
            onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              screen.setState({ picker: { place: undefined, at: { x: box.left + box.width / 2, y: box.bottom } } });
            }}
          >
            Choose what starts it
          </Button>
        </div>
      ) : null}
    </div>
  );
}

import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { commands } from '../commands';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreen, useScreenStore } from '../screen/screen-store';

/** How large the drawing is shown. The commands are those of the keyboard. */
export function ZoomBar() {
  const run = useCommand();
  const percent = useScreen((screen) => Math.round(screen.zoom * 100));
  const some = useEditor((state) => state.selected.length > 0);
  const empty = useEditor((state) => state.document.graph.nodes.length === 0);
  if (empty) return null;
  return (
    <div className="zoom-bar" role="toolbar" aria-label="Zoom" data-testid="zoom-bar">
      <Tooltip label="Zoom out (−)">
        <ActionIcon size="sm" aria-label="Zoom out" onClick={() => run('farther')}>
          <IconMinus size={14} stroke={1.5} />
        </ActionIcon>
      </Tooltip>
      <output aria-label="Zoom">{percent} %</output>
      <Tooltip label="Zoom in (+)">
        <ActionIcon size="sm" aria-label="Zoom in" onClick={() => run('closer')}>
          <IconPlus size={14} stroke={1.5} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="The whole drawing (1)">
        <button type="button" className="zoom-text" onClick={() => run('fit')}>
          Fit
        </button>
      </Tooltip>
      <Tooltip label="Actual size (0)">
        <button type="button" className="zoom-text" onClick={() => run('actual')}>
          100 %
        </button>
      </Tooltip>
      <Tooltip label="The selected steps (2)">
        <button type="button" className="zoom-text" disabled={!some} onClick={() => run('fit-selection')}>
          Selection
        </button>
      </Tooltip>
    </div>
  );
}

/** The way back where no step is in view. */
export function BackToDrawing() {
  const screen = useScreenStore();
  const lost = useScreen((state) => state.lost);
  if (!lost) return null;
  return (
    <div className="back-to-drawing">
      <Button size="xs" variant="default" onClick={() => screen.getState().camera?.back()}>
        Back to the drawing
      </Button>
    </div>
  );
}

function useCommand() {
  const store = useEditorStore();
  const screen = useScreenStore();
  return (id: string) => commands.find((one) => one.id === id)?.run({ store, screen });
}

import type { Place } from '#graph';
import { IconPlus } from '@tabler/icons-react';
import { useEditor } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';

/** The `+` of a path: opens the picker at that spot. Also where a dragged step is dropped. */
export function AddStepButton({ place, tight }: { place: Place; tight?: boolean }) {
  const screen = useScreenStore();
  const still = useEditor((state) => state.readOnly || state.mode !== 'build');
  if (still) return null;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={tight ? 'path-plus tight' : 'path-plus'}
      aria-label="Add a step here"
      data-testid={`add-${place.source}-${place.port}`}
      data-source={place.source}
      data-port={place.port}
      onClick={(event) => {
        event.stopPropagation();
        const box = event.currentTarget.getBoundingClientRect();
        screen.setState({ picker: { place, at: { x: box.left + box.width / 2, y: box.bottom } } });
      }}
    >
      <IconPlus size={14} stroke={2} aria-hidden />
    </button>
  );
}

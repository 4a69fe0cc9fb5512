import type { Place } from '#graph';
import type { ScreenStore } from './screen-store';

/** Opens the picker for a place, under a step's card wherever that is on the screen; `known`: of steps that are there. */
export const openPicker = (
  screen: ScreenStore,
  id: string | undefined,
  place: Place | undefined,
  known = false,
): void => {
  const box = id ? document.querySelector(`[data-testid="step-${id}"]`)?.getBoundingClientRect() : undefined;
  const at = box
    ? { x: box.left + box.width / 2, y: box.bottom }
    : { x: window.innerWidth / 2, y: window.innerHeight / 4 };
  screen.setState({ picker: { place, at, known } });
};

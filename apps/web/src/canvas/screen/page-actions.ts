import type { Automation } from '#contracts';
import type { Mode } from '../document/editor-store';

/** What the page around the drawing can do: it knows the automation, its other screens and the network. */
export interface PageActions {
  automation: Automation;
  setMode: (mode: Mode) => void;
  publish: () => void;
  pause: () => void;
  resume: () => void;
  duplicate: () => void;
  archive: () => void;
  remove: () => void;
  /** To the list of automations. */
  leave: () => void;
  /** The drawing as a file. */
  savePicture: (kind: 'svg' | 'png') => void;
}

import type { EditorStore } from '../document/editor-store';
import { draftServer } from './draft-server';
import { applyBackup, backUpUnsent, type Unsent } from './unsent-backup';
import { showToast } from '../../ui/feedback/toast';

/** Brings back what a killed tab had not sent, and says so. */
export const restoreUnsent = async (store: EditorStore, kept: Unsent): Promise<void> => {
  const { id } = store.getState();
  try {
    const { back, lost } = await applyBackup(store, draftServer(id), kept);
    if (back) showToast('Your last changes had not been saved. They have been restored.');
    if (lost.length > 0)
      showToast(
        `Some of your unsaved changes could not be restored, because someone else changed the same parts: ${lost.join('; ')}.`,
      );
  } catch {
    // The server was not there to ask what happened since: the next time it may be.
    if (store.getState().unsent.length === 0) backUpUnsent(id, kept);
  }
};

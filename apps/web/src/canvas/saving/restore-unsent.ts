import type { EditorStore } from '../document/editor-store';
import { draftServer } from './draft-server';
import { bringBack, remember, type Unsent } from './unsent-backup';
import { notify } from '../../ui/toast';

/** Brings back what a killed tab had not sent, and says so. */
export const recover = async (store: EditorStore, kept: Unsent): Promise<void> => {
  const { id } = store.getState();
  try {
    const { back, lost } = await bringBack(store, draftServer(id), kept);
    if (back) notify('Your last changes had not been sent. They are back.');
    if (lost.length > 0)
      notify(
        `Changes of yours that had not been sent are not kept, because somebody else changed the same: ${lost.join('; ')}.`,
      );
  } catch {
    // The server was not there to ask what happened since: the next time it may be.
    if (store.getState().unsent.length === 0) remember(id, kept);
  }
};

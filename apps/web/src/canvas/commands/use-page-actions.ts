import { adminAddresses, type Automation } from '#contracts';
import { useEffect } from 'react';
import { useNavigate } from 'react-router';
import { useTransitions } from '../../automations/automations.queries';
import { useReferenceNames } from '../../automations/reference-names';
import { download } from '../../ui/copying/download';
import { showToast } from '../../ui/feedback/toast';
import type { Mode } from '../document/editor-store';
import { useEditorStore } from '../document/use-editor';
import { asPng, inkOf, pictureOf } from '../drawing/picture';
import type { PageActions } from '../screen/page-actions';
import { useScreenStore } from '../screen/screen-store';

/** What the page can do, for its bar and for the commands; with what went wrong when it was done last. */
export function usePageActions(
  automation: Automation,
  setMode: (mode: Mode) => void,
): PageActions & { error: Error | null } {
  const store = useEditorStore();
  const screen = useScreenStore();
  const navigate = useNavigate();
  const things = useReferenceNames();
  const { transition, duplicate, remove } = useTransitions(automation.id);
  const leave = () => void navigate(adminAddresses.automations);
  const page: PageActions = {
    automation,
    setMode,
    publish: () => {
      store.setState({ fresh: new Set() });
      screen.setState({ sheet: 'publish' });
    },
    pause: () => transition.mutate('pause'),
    resume: () => transition.mutate('resume'),
    archive: () => transition.mutate('archive', { onSuccess: leave }),
    remove: () => remove.mutate(undefined, { onSuccess: leave }),
    duplicate: () =>
      duplicate.mutate(undefined, {
        onSuccess: (made) => {
          void navigate(adminAddresses.automation(made.id));
          showToast('This is the copy, saved as a draft.');
        },
      }),
    leave,
    savePicture: (kind) => {
      const edited = store.getState().document;
      const svg = pictureOf(edited, things, inkOf(document));
      const content = kind === 'svg' ? Promise.resolve(new Blob([svg], { type: 'image/svg+xml' })) : asPng(svg);
      content.then(
        (file) => download(file, `${edited.name}.${kind}`),
        (error: unknown) =>
          showToast(error instanceof Error ? error.message : 'The picture could not be made. Save it as SVG instead.'),
      );
    },
  };
  useEffect(() => {
    // The commands read it when they run, so no card is drawn anew for it.
    screen.setState({ page });
  });
  return { ...page, error: transition.error ?? duplicate.error ?? remove.error };
}

import { Button } from '@mantine/core';
import { useEditorStore } from '../document/use-editor';
import { useLiveStore } from '../live/live-store';
import { ApprovalNote } from '../live/storyboard-panel';
import { useScreenStore } from '../screen/screen-store';

/** In the publish sheet: whether somebody approved what people get, and the way there. */
export function StoryboardPart({ id, revision }: { id: string; revision: number }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const live = useLiveStore();
  const open = () => {
    screen.setState({ sheet: null });
    live.setState({ storyboard: true });
    store.getState().openStep(null);
    store.getState().setMode('test');
  };
  return (
    <section className="sheet-part" data-testid="storyboard-part">
      <h3>The storyboard</h3>
      <ApprovalNote id={id} revision={revision} />
      <div>
        <Button variant="default" size="compact-sm" onClick={open} data-testid="open-storyboard">
          Look at what people get
        </Button>
      </div>
    </section>
  );
}

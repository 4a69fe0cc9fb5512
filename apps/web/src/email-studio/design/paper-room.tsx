import type { Brand, MailNode } from '#designs';
import { SegmentedControl, Tabs } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import type { Place } from './mail/designs.queries';
import type { DesignEditor, Written } from './mail/editor-handle';
import type { Paper } from './paper/paper';
import { PaperEditor } from './paper/paper-editor';
import { createPaperStore, PaperProvider } from './paper/paper-state';
import { Inspector } from './panels/inspector';
import { Outline } from './panels/outline';
import { Palette } from './panels/palette';
import { ReadyDesigns } from './panels/ready-designs';
import { KeepBlockDialog, SavedBlocks } from './panels/saved-blocks';
import { TextToolbar } from './panels/text-toolbar';
import { usePictures } from './pictures/use-pictures';
import type { MailStream } from './mail/draft';

interface PaperRoomProps {
  initial: Written;
  brand: Brand;
  stream: MailStream;
  /** The checks of the mail as a panel, and how many there are. */
  checks: (show: (place: Place) => boolean) => ReactNode;
  problemCount: number;
  onChanged: () => void;
  onReady: (editor: DesignEditor) => void;
}

/** Blocks that show a picture of their own. */
const withPicture = new Set(['mj-image', 'cx-course']);

/** Below this width one of the three stands alone. */
const narrow = [
  { value: 'blocks', label: 'Blocks' },
  { value: 'paper', label: 'Paper' },
  { value: 'settings', label: 'Settings' },
];

/** The drag-and-drop editor: blocks and outline at the left, the paper, settings and checks at the right. */
export function PaperRoom(props: PaperRoomProps) {
  const { initial, brand, stream, checks, problemCount, onChanged, onReady } = props;
  const [store] = useState(createPaperStore);
  const [paper, setPaper] = useState<Paper>();
  const [left, setLeft] = useState<string | null>('blocks');
  const [right, setRight] = useState<string | null>('settings');
  const [room, setRoom] = useState('paper');
  const [kept, setKept] = useState<MailNode>();
  // Who chooses a part wants its settings.
  useEffect(
    () =>
      store.subscribe((now, before) => {
        if (now.chosen && now.chosen.id !== before.chosen?.id) setRight('settings');
      }),
    [store],
  );
  const show = ({ pointer }: Place) => {
    const found = paper?.show(pointer) ?? false;
    if (found) setRight('settings');
    return found;
  };
  const pictures = usePictures(({ src, alt }, from) => {
    const { chosen } = store.getState();
    if (from === 'chosen' && chosen && withPicture.has(chosen.type)) paper?.set({ src, alt });
    else paper?.insert({ tagName: 'mj-image', attributes: { src, alt } });
  });
  return (
    <PaperProvider value={store}>
      <div className="paper-room" data-room={room}>
        <SegmentedControl
          className="paper-room-choice"
          size="xs"
          fullWidth
          aria-label="Part of the editor"
          data={narrow}
          value={room}
          onChange={setRoom}
        />
        <aside className="paper-left" aria-label="Blocks and outline">
          <Tabs value={left} onChange={setLeft} keepMounted={false}>
            <Tabs.List>
              <Tabs.Tab value="blocks">Blocks</Tabs.Tab>
              <Tabs.Tab value="saved">Saved</Tabs.Tab>
              <Tabs.Tab value="ready">Ready</Tabs.Tab>
              <Tabs.Tab value="outline">Outline</Tabs.Tab>
            </Tabs.List>
            {paper ? (
              <>
                <Panel name="blocks">
                  <Palette paper={paper} />
                </Panel>
                <Panel name="saved">
                  <SavedBlocks paper={paper} />
                </Panel>
                <Panel name="ready">
                  <ReadyDesigns
                    stream={stream}
                    brand={brand}
                    onChoose={(design) => paper.load({ design, html: '' })}
                    onUndo={paper.undo}
                  />
                </Panel>
                <Panel name="outline">
                  <Outline paper={paper} />
                </Panel>
              </>
            ) : null}
          </Tabs>
        </aside>
        <div className="paper-middle">
          {paper ? <TextToolbar paper={paper} /> : <div className="text-toolbar" />}
          <PaperEditor
            initial={initial}
            brand={brand}
            stream={stream}
            store={store}
            onChanged={onChanged}
            onFiles={pictures.take}
            onReady={(ready) => {
              setPaper(ready);
              onReady(ready);
            }}
          />
        </div>
        <aside className="paper-right" aria-label="Settings and checks">
          <Tabs value={right} onChange={setRight} keepMounted={false}>
            <Tabs.List>
              <Tabs.Tab value="settings">Settings</Tabs.Tab>
              <Tabs.Tab value="checks">{problemCount > 0 ? `Checks · ${problemCount}` : 'Checks'}</Tabs.Tab>
            </Tabs.List>
            <Panel name="settings">
              {paper ? (
                <Inspector
                  paper={paper}
                  brand={brand}
                  onPicture={pictures.choose}
                  onKeep={() => setKept(paper.chosenNode())}
                />
              ) : null}
            </Panel>
            <Panel name="checks">{checks(show)}</Panel>
          </Tabs>
        </aside>
      </div>
      {pictures.dialog}
      {kept ? <KeepBlockDialog node={kept} onClose={() => setKept(undefined)} /> : null}
    </PaperProvider>
  );
}

function Panel({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Tabs.Panel value={name} className="paper-panel">
      <ErrorBoundary what="This panel could not be shown">{children}</ErrorBoundary>
    </Tabs.Panel>
  );
}

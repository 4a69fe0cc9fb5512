import { escapeValue } from '#designs';
import { ActionIcon, Button, Popover, Tabs, Tooltip } from '@mantine/core';
import { IconPhotoUp, IconUser } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useSettings } from '../../settings/saving/settings.queries';
import type { Check, Place } from './mail/designs.queries';
import type { DesignEditor, Written } from './mail/editor-handle';
import { HtmlEditor } from './html/html-editor';
import type { HtmlEditorHandle } from './html/open-html';
import { WordForm } from './words/word-form';
import { usePictures } from './pictures/use-pictures';

interface HtmlRoomProps {
  initial: Written;
  readOnly: boolean;
  checks: (show: (place: Place) => boolean) => ReactNode;
  found: readonly Check[] | undefined;
  problemCount: number;
  /** The mail as it would be sent, beside the code. */
  preview: ReactNode;
  onChanged: () => void;
  onReady: (editor: DesignEditor) => void;
}

/** The editor for HTML: code at the left, the mail and what is wrong with it at the right. */
export function HtmlRoom(props: HtmlRoomProps) {
  const { initial, readOnly, checks, found, problemCount, preview, onChanged, onReady } = props;
  const [editor, setEditor] = useState<HtmlEditorHandle>();
  const [asked, setAsked] = useState(false);
  const [beside, setBeside] = useState<string | null>('preview');
  // HTML is sent as it is written, so its pictures need the whole address.
  const base = useSettings().data?.public_url ?? '';
  const pictures = usePictures(({ src, alt, width }) =>
    editor?.insert(`<img src="${base}${src}" alt="${escapeValue(alt)}" width="${Math.min(width, 600)}">`),
  );
  useEffect(() => {
    if (found) editor?.mark(found.filter(({ pointer }) => pointer.startsWith('/html')));
  }, [editor, found]);
  const show = ({ pointer, line, column }: Place) => {
    if (pointer === '/text') setBeside('preview');
    if (line !== undefined) editor?.goTo(line, column);
    return line !== undefined;
  };
  return (
    <div className="html-room">
      <div className="html-code">
        {readOnly ? null : (
          <div className="text-toolbar" role="toolbar" aria-label="Code">
            <Popover opened={asked} onChange={setAsked} position="bottom-start" shadow="md" trapFocus>
              <Popover.Target>
                <Button
                  size="compact-sm"
                  variant="subtle"
                  color="gray"
                  leftSection={<IconUser size={16} />}
                  onClick={() => setAsked((now) => !now)}
                >
                  Personal word
                </Button>
              </Popover.Target>
              <Popover.Dropdown>
                <WordForm
                  liquid={undefined}
                  onDone={(liquid) => {
                    setAsked(false);
                    editor?.insert(liquid);
                  }}
                />
              </Popover.Dropdown>
            </Popover>
            <Tooltip label="Upload a picture">
              <ActionIcon aria-label="Upload a picture" onClick={pictures.choose}>
                <IconPhotoUp size={16} />
              </ActionIcon>
            </Tooltip>
          </div>
        )}
        <HtmlEditor
          label="HTML"
          initial={initial}
          readOnly={readOnly}
          onChanged={onChanged}
          onFiles={pictures.take}
          onReady={(ready) => {
            setEditor(ready);
            onReady(ready);
          }}
        />
      </div>
      <aside className="html-beside" aria-label="Preview and checks">
        <Tabs value={beside} onChange={setBeside} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="preview">Preview</Tabs.Tab>
            <Tabs.Tab value="checks">{problemCount > 0 ? `Checks · ${problemCount}` : 'Checks'}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="preview">{preview}</Tabs.Panel>
          <Tabs.Panel value="checks" className="paper-panel">
            {checks(show)}
          </Tabs.Panel>
        </Tabs>
      </aside>
      {pictures.dialog}
    </div>
  );
}

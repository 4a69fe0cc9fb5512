import './studio.css';
import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { Suspense, lazy, useState, type ReactNode } from 'react';
import { ErrorBoundary } from '../../ui/error-boundary';
import { Loading } from '../../ui/query-states';
import { PreviewPersonInput, usePreviewPerson } from '../../people/preview-person';
import { ChecksPanel } from './checks/checks-panel';
import { useRendered } from './mail/designs.queries';
import type { MailDocument } from './mail/draft';
import type { DesignEditor } from './mail/editor-handle';
import { MailPreview } from './preview/mail-preview';
import type { Face } from './preview/faces';
import { ConflictNotice, SaveStateText } from './save-state';
import type { Save } from './mail/saving';
import { UnsavedNotice } from './unsaved-notice';
import { useDraft } from './use-draft';
import { WordsLine } from './words/words-line';

// The code editor is fetched when a mail is opened.
const HtmlRoom = lazy(async () => ({ default: (await import('./html-room')).HtmlRoom }));

interface DesignScreenProps {
  document: MailDocument;
  savedAt: string;
  readOnly: boolean;
  save: Save;
  /** Left of the bar: the name and the way back. */
  title: ReactNode;
  /** Right of the bar; `flush` saves at once, for what works on the stored mail. */
  actions?: (flush: () => Promise<boolean>, contact: string | undefined) => ReactNode;
  onTakeOver: () => Promise<void>;
  onReload: () => void;
}

/** One mail being designed, whichever editor made it: subject, editor, preview and checks. */
export function DesignScreen(props: DesignScreenProps) {
  const { document: mail, readOnly, save, title, actions, onReload } = props;
  const draft = useDraft(mail, props.savedAt, save);
  const { now, saving } = draft;
  const whom = usePreviewPerson();
  const rendered = useRendered(now, mail.stream, whom.email);
  const checks = rendered.data?.problems;
  const [editor, setEditor] = useState<DesignEditor>();
  // A design of another editor is shown as it is sent; its subject can be changed here.
  const looksOnly = mail.editor !== 'html';
  const [chosenMode, setMode] = useState('design');
  const mode = looksOnly ? 'preview' : chosenMode;
  const [face, setFace] = useState<Face>('desktop');
  const problemOf = (pointer: string) =>
    checks?.find((check) => check.pointer === pointer && check.severity === 'blocks')?.message;
  const ready = (made: DesignEditor) => {
    setEditor(made);
    draft.setEditor(made);
  };
  const checksPanel = (show: (pointer: string) => boolean) => (
    <ChecksPanel
      checks={checks}
      canShow={(check) => check.pointer === '/html' && check.line !== undefined}
      onShow={(check) => {
        setMode('design');
        show(check.pointer);
      }}
    />
  );
  const preview = (
    <MailPreview
      face={face}
      onFace={setFace}
      mail={rendered}
      person={<PreviewPersonInput {...whom} />}
      text={now.text}
      readOnly={readOnly}
      onText={(text) => draft.setField({ text })}
    />
  );
  const room = { initial: mail.written, onChanged: () => void draft.take(), onReady: ready };
  return (
    <div className="design-screen" data-mode={mode} data-editor={mail.editor} data-testid="design-screen">
      <header className="design-bar">
        <div className="design-title">
          {title}
          <SaveStateText saving={saving} />
        </div>
        <div className="row nowrap-row">
          <Tooltip label="Undo (Ctrl+Z)">
            <ActionIcon aria-label="Undo" disabled={!editor || readOnly} onClick={() => editor?.undo()}>
              <IconArrowBackUp size={18} stroke={1.5} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Redo (Ctrl+Shift+Z)">
            <ActionIcon aria-label="Redo" disabled={!editor || readOnly} onClick={() => editor?.redo()}>
              <IconArrowForwardUp size={18} stroke={1.5} />
            </ActionIcon>
          </Tooltip>
          {mail.editor === 'html' || looksOnly ? null : (
            <SegmentedControl
              size="xs"
              aria-label="Design or preview"
              value={mode}
              data={[
                { value: 'design', label: 'Design' },
                { value: 'preview', label: 'Preview' },
              ]}
              onChange={(next) => {
                void draft.take();
                setMode(next);
              }}
            />
          )}
          {actions?.(async () => {
            await draft.take();
            return saving.flush();
          }, whom.email)}
        </div>
      </header>
      <ConflictNotice
        saving={saving}
        onTakeOver={() => void props.onTakeOver().then(() => saving.resume())}
        onReload={onReload}
      />
      <UnsavedNotice document={mail} onRestore={draft.restore} ready={editor !== undefined} />
      <div className="design-lines">
        <WordsLine
          label="Subject"
          placeholder="What the mail is about"
          value={now.subject}
          problem={problemOf('/subject')}
          readOnly={readOnly}
          onChange={(subject) => draft.setField({ subject })}
        />
        <WordsLine
          label="Preview text"
          placeholder="Inboxes show this after the subject"
          value={now.preheader}
          problem={problemOf('/preheader')}
          readOnly={readOnly}
          onChange={(preheader) => draft.setField({ preheader })}
        />
      </div>
      <div className="design-body">
        <ErrorBoundary what="The editor could not be shown">
          <Suspense fallback={<Loading lines={8} />}>
            {mail.editor === 'html' ? (
              <HtmlRoom
                {...room}
                readOnly={readOnly}
                found={checks}
                problemCount={checks?.length ?? 0}
                checks={checksPanel}
                preview={preview}
              />
            ) : null}
          </Suspense>
        </ErrorBoundary>
        {mode === 'preview' ? <div className="design-preview">{preview}</div> : null}
      </div>
    </div>
  );
}

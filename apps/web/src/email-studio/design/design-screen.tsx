import './studio.css';
import './paper-room.css';
import './html-room.css';
import { applyFix, type Design } from '#designs';
import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { Suspense, lazy, useRef, useState, type MouseEvent, type ReactNode } from 'react';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import { Answer, Loading } from '../../ui/feedback/query-states';
import { PreviewPersonInput, usePreviewPerson } from '../../people/preview-person';
import { useSettings } from '../../settings/saving/settings.queries';
import { ChecksPanel } from './checks/checks-panel';
import { canShow, inLines } from './checks/places';
import { useBrand, useRendered, type Check, type Place } from './mail/designs.queries';
import type { MailDocument } from './mail/draft';
import type { DesignEditor, Device } from './mail/editor-handle';
import { MailPreview } from './preview/mail-preview';
import type { Face } from './preview/faces';
import { ConflictNotice, SaveStateText } from './save-state';
import type { Save } from './mail/saving';
import { UnlayerNotice } from './unlayer/unlayer-notice';
import { useUnlayerPlace } from './unlayer/unlayer-place';
import { UnsavedNotice } from './unsaved-notice';
import { useDraft } from './use-draft';
import { WordsLine } from './words/words-line';

// GrapesJS, CodeMirror and the way to Unlayer are each fetched when a mail of theirs is opened.
const PaperRoom = lazy(async () => ({ default: (await import('./paper-room')).PaperRoom }));
const HtmlRoom = lazy(async () => ({ default: (await import('./html-room')).HtmlRoom }));
const UnlayerRoom = lazy(async () => ({ default: (await import('./unlayer-room')).UnlayerRoom }));

/** Leaves the caret where it is, so that undo works on the text that is being written. */
const keepPlace = (event: MouseEvent) => {
  event.preventDefault();
  event.stopPropagation();
};

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
  const settings = useSettings();
  const brand = useBrand();
  const lines = useRef<HTMLDivElement>(null);
  const whom = usePreviewPerson();
  const whole = { ...now, editor: mail.editor, stream: mail.stream };
  const rendered = useRendered(whole, whom.email);
  const checks = rendered.data?.problems;
  const [editor, setEditor] = useState<DesignEditor>();
  const place = useUnlayerPlace(mail.editor === 'unlayer' ? settings.data : undefined, readOnly);
  // Who may not change it sees it as it is sent, and so does everybody where its editor cannot run.
  const looksOnly = place === 'off' || place === 'elsewhere' || (mail.editor !== 'html' && readOnly);
  const [chosenMode, setMode] = useState('design');
  const mode = looksOnly ? 'preview' : chosenMode;
  const [face, setFace] = useState<Face>('desktop');
  const [device, setDevice] = useState<Device>('desktop');
  const problemOf = (pointer: string) =>
    checks?.find((check) => check.pointer === pointer && check.severity === 'blocks')?.message;
  const ready = (made: DesignEditor) => {
    setEditor(made);
    draft.setEditor(made);
  };
  const fix = async (check: Check) => {
    const written = await editor?.read();
    if (!written || !check.fix) return;
    draft.restore({ ...now, written: { ...written, design: applyFix(written.design as Design, check.fix) } });
  };
  const checksPanel = (show: (place: Place) => boolean) => (
    <ChecksPanel
      checks={checks}
      readOnly={readOnly}
      html={rendered.data?.html}
      mail={whole}
      canShow={(to) => canShow(mail.editor, to)}
      onShow={(to) => {
        const isText = to.pointer === '/text';
        if (isText) setFace('text');
        setMode(isText && mail.editor !== 'html' ? 'preview' : 'design');
        if (inLines.has(to.pointer))
          lines.current?.querySelector<HTMLElement>(`[data-pointer="${to.pointer}"] [role="textbox"]`)?.focus();
        else show(to);
      }}
      onFix={(check) => void fix(check)}
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
  const flush = async () => (await draft.take()) && saving.flush();
  const still = !editor || readOnly || mode === 'preview';
  const room = { initial: mail.written, onChanged: () => void draft.take(), onReady: ready };
  return (
    <div className="design-screen" data-mode={mode} data-editor={mail.editor} data-testid="design-screen">
      <header className="design-bar">
        <div className="design-title">
          {title}
          <SaveStateText
            saving={saving}
            onRetry={() => void draft.take().then((isRead) => isRead && saving.resume())}
          />
        </div>
        <div className="row nowrap-row">
          <Tooltip label="Undo (Ctrl+Z)">
            <ActionIcon aria-label="Undo" disabled={still} onMouseDown={keepPlace} onClick={() => editor?.undo()}>
              <IconArrowBackUp size={18} stroke={1.5} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Redo (Ctrl+Shift+Z)">
            <ActionIcon aria-label="Redo" disabled={still} onMouseDown={keepPlace} onClick={() => editor?.redo()}>
              <IconArrowForwardUp size={18} stroke={1.5} />
            </ActionIcon>
          </Tooltip>
          {mail.editor === 'mjml' && mode === 'design' ? (
            <SegmentedControl
              size="xs"
              aria-label="Width of the paper"
              value={device}
              data={[
                { value: 'desktop', label: 'Desktop' },
                { value: 'phone', label: 'Phone' },
              ]}
              onChange={(next) => {
                setDevice(next as Device);
                editor?.device(next as Device);
              }}
            />
          ) : null}
          {mail.editor !== 'html' && !looksOnly ? (
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
          ) : null}
          {actions?.(flush, whom.email)}
        </div>
      </header>
      <ConflictNotice
        saving={saving}
        onTakeOver={() => void props.onTakeOver().then(() => saving.resume())}
        onReload={onReload}
      />
      {place === 'off' || place === 'elsewhere' ? <UnlayerNotice id={mail.id} place={place} /> : null}
      <UnsavedNotice document={mail} onRestore={draft.restore} ready={editor !== undefined} />
      <div className="design-lines" ref={lines}>
        <WordsLine
          label="Subject"
          pointer="/subject"
          placeholder="What the mail is about"
          value={now.subject}
          problem={problemOf('/subject')}
          readOnly={readOnly}
          onChange={(subject) => draft.setField({ subject })}
        />
        <WordsLine
          label="Preview text"
          pointer="/preheader"
          placeholder="Inboxes show this after the subject"
          value={now.preheader}
          problem={problemOf('/preheader')}
          readOnly={readOnly}
          onChange={(preheader) => draft.setField({ preheader })}
        />
      </div>
      <div className="design-body">
        <ErrorBoundary what="The editor could not be shown">
          <div className="design-room" inert={mode === 'preview'}>
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
              {mail.editor === 'mjml' && !looksOnly ? (
                <Answer of={brand} what="The brand of this workspace could not be loaded" lines={8}>
                  {(known) => (
                    <PaperRoom
                      {...room}
                      brand={known}
                      stream={mail.stream}
                      checks={checksPanel}
                      problemCount={checks?.length ?? 0}
                    />
                  )}
                </Answer>
              ) : null}
              {mail.editor === 'unlayer' && !looksOnly ? (
                <Answer of={settings} what="The settings of this workspace could not be loaded" lines={8}>
                  {({ unlayer_project_id, public_url }) =>
                    place === 'here' && unlayer_project_id !== null ? (
                      <UnlayerRoom
                        {...room}
                        projectId={unlayer_project_id}
                        base={public_url}
                        flush={flush}
                        checks={checksPanel(() => false)}
                        problemCount={checks?.length ?? 0}
                      />
                    ) : null
                  }
                </Answer>
              ) : null}
            </Suspense>
          </div>
        </ErrorBoundary>
        {mode === 'preview' ? <div className="design-preview">{preview}</div> : null}
      </div>
    </div>
  );
}

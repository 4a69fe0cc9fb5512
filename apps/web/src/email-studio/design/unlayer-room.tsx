import './unlayer/unlayer.css';
import { Button, useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useState, type ReactNode } from 'react';
import { uploadPicture } from '../../media/media.queries';
import { showToast } from '../../ui/feedback/toast';
import type { DesignEditor, Written } from './mail/editor-handle';
import { useLeavingAnew } from './unlayer/leave-page';
import { UnlayerEditor } from './unlayer/unlayer-editor';

interface UnlayerRoomProps {
  initial: Written;
  projectId: number;
  /** Where this installation is, for the pictures of its mails. */
  base: string;
  /** The checks of the mail as a panel, and how many there are. */
  checks: ReactNode;
  problemCount: number;
  /** Saves everything at once. */
  flush: () => Promise<unknown>;
  onChanged: () => void;
  onReady: (editor: DesignEditor) => void;
}

/** How long its script may take before this says that it did not come, in milliseconds. */
const PATIENCE_MS = 20_000;
/** What Unlayer's editor needs, in pixels. */
const WIDTH = 1024;

/** Unlayer's editor, which brings its own blocks and settings; ours are the checks below it. */
export function UnlayerRoom(props: UnlayerRoomProps) {
  const { initial, projectId, base, checks, problemCount, flush, onChanged, onReady } = props;
  const { ref, width } = useElementSize<HTMLDivElement>();
  const [state, setState] = useState<'loading' | 'ready' | 'late'>('loading');
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  useLeavingAnew(flush);
  useEffect(() => {
    const timer = setTimeout(() => setState((now) => (now === 'loading' ? 'late' : now)), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  // The editor goes on without the picture.
  const upload = (file: File) =>
    uploadPicture({ file, alt: '' }).then(
      ({ url }) => `${base}${url}`,
      (error: Error) => {
        showToast(error.message);
        return undefined;
      },
    );
  return (
    <div className="unlayer-room">
      {width > 0 && width < WIDTH ? (
        <p className="notice" role="status">
          Unlayer’s editor needs {WIDTH.toLocaleString('en')} pixels. Make the window wider, or scroll sideways.
        </p>
      ) : null}
      {state === 'late' ? (
        <div className="notice mail-conflict" data-tone="danger" role="alert">
          <p className="sentence">
            Unlayer’s editor did not load. Check that this browser can reach editor.unlayer.com, and that
            UNLAYER_PROJECT_ID is a project of yours.
          </p>
          <Button size="xs" variant="default" onClick={() => location.reload()}>
            Try again
          </Button>
        </div>
      ) : null}
      <div className="unlayer-stage" ref={ref}>
        {state === 'loading' ? (
          <p className="label unlayer-waiting" role="status">
            Loading the editor from editor.unlayer.com
          </p>
        ) : null}
        <UnlayerEditor
          initial={initial}
          projectId={projectId}
          scheme={scheme}
          upload={upload}
          onChanged={onChanged}
          onReady={(editor) => {
            setState('ready');
            onReady(editor);
          }}
        />
      </div>
      <details className="unlayer-checks">
        <summary>{problemCount > 0 ? `Checks · ${problemCount}` : 'Checks'}</summary>
        <div>{checks}</div>
      </details>
    </div>
  );
}

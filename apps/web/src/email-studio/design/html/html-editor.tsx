import { memo, useLayoutEffect, useRef } from 'react';
import type { DesignEditorProps } from '../mail/editor-handle';
import { openHtml, type HtmlEditorHandle } from './open-html';

interface HtmlEditorProps extends Omit<DesignEditorProps, 'onReady'> {
  label: string;
  onReady: (editor: HtmlEditorHandle) => void;
}

/** The code editor, mounted once; it keeps its text to itself and tells when it is at rest. */
function Mounted(props: HtmlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const first = useRef(props);
  useLayoutEffect(() => {
    const opened = openHtml(host.current!, first.current);
    first.current.onReady(opened);
    return () => opened.close();
  }, []);
  return <div ref={host} className="html-host" data-testid="html-editor" />;
}

export const HtmlEditor = memo(Mounted, () => true);

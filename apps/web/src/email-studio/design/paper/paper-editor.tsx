import type { Brand, Design, MailStream } from '#designs';
import { memo, useLayoutEffect, useRef } from 'react';
import type { DesignEditorProps } from '../mail/editor-handle';
import { openPaper, type Paper } from './paper';
import type { PaperStore } from './paper-state';

interface PaperEditorProps extends Omit<DesignEditorProps, 'onReady' | 'readOnly'> {
  brand: Brand;
  stream: MailStream;
  store: PaperStore;
  onReady: (paper: Paper) => void;
}

/** GrapesJS, mounted once. What it is given is read when it mounts; afterwards its handle is spoken to. */
function Mounted(props: PaperEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const first = useRef(props);
  useLayoutEffect(() => {
    const { initial, ...options } = first.current;
    const opened = openPaper(host.current!, { ...options, design: initial.design as Design });
    return () => opened.close();
  }, []);
  return <div ref={host} className="paper-host" data-testid="paper" />;
}

/** The drag-and-drop editor. It never draws again, however often the screen around it does. */
export const PaperEditor = memo(Mounted, () => true);

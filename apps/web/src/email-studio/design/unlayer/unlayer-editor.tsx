import { memo, useEffect, useState } from 'react';
import { EmailEditor } from 'react-email-editor';
import { openUnlayer, type Inside } from './open-unlayer';
import { unlayerOptions } from './unlayer-options';

type UnlayerEditorProps = Parameters<typeof openUnlayer>[0] & { projectId: number; scheme: 'light' | 'dark' };

/** Unlayer's editor, from Unlayer's server, mounted once. What it is given is read when it mounts. */
function Mounted(props: UnlayerEditorProps) {
  const [opened] = useState(() => openUnlayer(props));
  // The component builds the editor anew when its options are others.
  const [options] = useState(() => unlayerOptions(props.projectId, props.scheme));
  useEffect(() => opened.close, [opened]);
  return (
    <EmailEditor
      options={options}
      onReady={(made) => opened.ready(made as unknown as Inside)}
      minHeight={700}
      style={{ minWidth: 1024 }}
    />
  );
}

/** It never draws again, however often the screen around it does. */
export const UnlayerEditor = memo(Mounted, () => true);

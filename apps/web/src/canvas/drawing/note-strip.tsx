import { IconNote } from '@tabler/icons-react';
import { useScreen } from '../screen/screen-store';

/** What colleagues noted at a step, above the left of its card; folded it is a mark that says it on hover. */
export function NoteStrip({ text }: { text: string }) {
  const folded = useScreen((screen) => screen.notesFolded || screen.band !== 'full');
  if (!folded)
    return (
      <p className="note-strip" dir="auto" title={text}>
        {text}
      </p>
    );
  return (
    <span className="note-mark" role="img" aria-label={`Note: ${text}`} title={text}>
      <IconNote size={12} stroke={1.5} aria-hidden />
    </span>
  );
}

import { readyDesigns, type Brand, type Design } from '#designs';
import { showUndoToast } from '../../../ui/feedback/toast';
import type { MailStream } from '../mail/draft';

/** Whole designs to begin with. One takes the place of what is on the paper, as a step that can be undone. */
export function ReadyDesigns({
  stream,
  brand,
  onChoose,
  onUndo,
}: {
  stream: MailStream;
  brand: Brand;
  onChoose: (design: Design) => void;
  onUndo: () => void;
}) {
  return (
    <div className="stack">
      <p className="label">A ready design replaces what is on the paper. You can undo it.</p>
      <ul className="mail-ready" aria-label="Ready designs">
        {readyDesigns
          .filter((one) => one.stream === stream)
          .map((one) => (
            <li key={one.id}>
              <button
                type="button"
                onClick={() => {
                  onChoose(one.make(brand));
                  showUndoToast(`“${one.name}” is on the paper now.`, onUndo);
                }}
              >
                <span className="mail-ready-name">{one.name}</span>
                <span className="label">{one.summary}</span>
              </button>
            </li>
          ))}
      </ul>
    </div>
  );
}

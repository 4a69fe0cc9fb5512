import { blockOf } from '#designs';
import { useLayoutEffect, useRef } from 'react';
import type { Paper } from '../paper/paper';
import { usePaper } from '../paper/paper-state';
import { conditionName } from '../mail/conditions';
import { BlockIcon } from './block-icons';

/**
 * The mail as a list: the way to every part without a mouse. Arrows choose, Alt with arrows moves, Enter writes,
 * Delete removes, Ctrl+D duplicates, Ctrl+Z undoes.
 */
export function Outline({ paper }: { paper: Paper }) {
  const parts = usePaper((state) => state.parts);
  const chosen = usePaper((state) => state.chosen?.id);
  const outline = useRef<HTMLDivElement>(null);
  const inUse = useRef(false);
  // The part that is moved keeps the focus, and the neighbour gets it when the focused one was removed: the browser
  // tells nobody that its element is gone.
  useLayoutEffect(() => {
    const { activeElement } = document;
    if (!inUse.current || (activeElement !== document.body && !outline.current?.contains(activeElement))) return;
    (outline.current?.querySelector<HTMLElement>('[aria-current]') ?? outline.current)?.focus();
  }, [chosen, parts]);
  const reachable = parts.some(({ id }) => id === chosen) ? chosen : parts[0]?.id;
  return (
    <div
      ref={outline}
      className="mail-outline-room"
      tabIndex={-1}
      onFocus={() => (inUse.current = true)}
      onBlur={(event) => (inUse.current = event.currentTarget.contains(event.relatedTarget))}
      onKeyDown={(event) => {
        if (event.key === 'Tab' || !paper.key(event)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      {parts.length === 0 ? (
        <p className="sentence quiet">Nothing is on the paper yet. Add a block, or begin with a ready design.</p>
      ) : (
        <ol className="mail-outline" aria-label="Outline of the mail">
          {parts.map((part) => (
            <li key={part.id} style={{ paddingLeft: part.depth * 16 }}>
              <button
                type="button"
                data-testid="outline-part"
                aria-current={part.id === chosen ? 'true' : undefined}
                tabIndex={part.id === reachable ? 0 : -1}
                onClick={() => paper.choose(part.id)}
                onFocus={() => part.id !== chosen && paper.choose(part.id)}
                onDoubleClick={() => paper.write(part.id)}
              >
                <BlockIcon name={blockOf(part.type)?.icon ?? ''} />
                <span className="mail-outline-name">{blockOf(part.type)?.label}</span>
                <span className="quiet mail-outline-words">{part.words}</span>
                {part.only ? <span className="tag">{conditionName(part.only)}</span> : null}
              </button>
            </li>
          ))}
        </ol>
      )}
      <p className="label mail-outline-keys">
        <kbd>↑</kbd> <kbd>↓</kbd> choose · <kbd>Alt</kbd>+<kbd>↑</kbd> <kbd>↓</kbd> move · <kbd>Enter</kbd> write ·{' '}
        <kbd>Del</kbd> remove · <kbd>Ctrl</kbd>+<kbd>D</kbd> duplicate · <kbd>Ctrl</kbd>+<kbd>Z</kbd> undo
      </p>
    </div>
  );
}

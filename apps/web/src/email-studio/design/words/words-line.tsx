import { chipLabel } from '#designs';
import { ActionIcon, Input, Popover, Tooltip } from '@mantine/core';
import { useId } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { WordForm } from './word-form';

interface WordsLineProps {
  label: string;
  /** Its place in the mail, such as `/subject`. */
  pointer: string;
  placeholder: string;
  value: string;
  problem?: string | undefined;
  readOnly: boolean;
  onChange: (value: string) => void;
}

const liquid = /(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})/;

/** The text with its Liquid as chips: atoms, which a key removes as one. */
function fill(line: HTMLElement, value: string): void {
  line.replaceChildren(
    ...value.split(liquid).flatMap((part, at): Node[] => {
      if (part === '') return [];
      if (at % 2 === 0) return [document.createTextNode(part)];
      const chip = document.createElement('span');
      chip.className = 'word-chip';
      chip.contentEditable = 'false';
      chip.dataset.liquid = part;
      chip.textContent = chipLabel(part);
      chip.title = part;
      return [chip];
    }),
  );
}

/** The text as it is stored, with the Liquid of the chips. */
const textOf = (line: HTMLElement): string =>
  [...line.childNodes]
    .map((node) => (node instanceof HTMLElement ? (node.dataset.liquid ?? node.textContent) : node.textContent))
    .join('')
    .replace(/[\u200b\n\r]/g, '')
    .replaceAll('\u00a0', ' ');

/** A line of plain text with personal words: a subject, a preview text. */
export function WordsLine({ label, pointer, placeholder, value, problem, readOnly, onChange }: WordsLineProps) {
  const line = useRef<HTMLDivElement>(null);
  const caret = useRef<Range | undefined>(undefined);
  const [asked, setAsked] = useState(false);
  const id = useId();
  // What stands there is left alone while it says the same, or the caret would jump.
  useLayoutEffect(() => {
    if (line.current && textOf(line.current) !== value) fill(line.current, value);
  }, [value]);
  const remember = () => {
    const at = getSelection();
    if (at && at.rangeCount > 0 && line.current?.contains(at.anchorNode)) caret.current = at.getRangeAt(0).cloneRange();
  };
  const insert = (code: string) => {
    setAsked(false);
    const el = line.current!;
    el.focus();
    const at = getSelection()!;
    if (caret.current && el.contains(caret.current.startContainer)) {
      at.removeAllRanges();
      at.addRange(caret.current);
    } else {
      at.selectAllChildren(el);
      at.collapseToEnd();
    }
    document.execCommand('insertText', false, code);
    const text = textOf(el);
    fill(el, text);
    at.selectAllChildren(el);
    at.collapseToEnd();
    onChange(text);
  };
  return (
    <div className="words-line" data-pointer={pointer} data-problem={problem ? true : undefined}>
      <span className="label" id={`${id}-label`}>
        {label}
      </span>
      <div
        ref={line}
        role="textbox"
        aria-labelledby={`${id}-label`}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        className="words-line-text"
        data-placeholder={placeholder}
        contentEditable={!readOnly}
        suppressContentEditableWarning
        tabIndex={0}
        onInput={(event) => onChange(textOf(event.currentTarget))}
        onBlur={(event) => {
          remember();
          // Liquid that was typed by hand becomes a chip.
          fill(event.currentTarget, textOf(event.currentTarget));
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.preventDefault();
        }}
        onPaste={(event) => {
          event.preventDefault();
          document.execCommand('insertText', false, event.clipboardData.getData('text/plain').replace(/\s+/g, ' '));
        }}
      />
      {problem ? (
        <Input.Error id={`${id}-problem`} className="words-line-problem">
          {problem}
        </Input.Error>
      ) : null}
      {readOnly ? null : (
        <Popover opened={asked} onChange={setAsked} position="bottom-end" shadow="md" trapFocus>
          <Popover.Target>
            <Tooltip label="Insert a personal word">
              <ActionIcon
                aria-label={`Insert a personal word: ${label}`}
                onMouseDown={remember}
                onClick={() => setAsked((now) => !now)}
              >
                <IconUserPlus size={16} stroke={1.5} />
              </ActionIcon>
            </Tooltip>
          </Popover.Target>
          <Popover.Dropdown>
            <WordForm liquid={undefined} onDone={insert} />
          </Popover.Dropdown>
        </Popover>
      )}
    </div>
  );
}

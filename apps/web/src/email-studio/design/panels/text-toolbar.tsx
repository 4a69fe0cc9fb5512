import { ActionIcon, Button, Popover, Tooltip } from '@mantine/core';
import {
  IconBold,
  IconChevronDown,
  IconItalic,
  IconLink,
  IconList,
  IconListNumbers,
  IconUser,
} from '@tabler/icons-react';
import { useState, type MouseEvent, type ReactNode } from 'react';
import { CommandMenu } from '../../../ui/commands/command-menu';
import type { Paper } from '../paper/paper';
import { usePaper, type TextStyle } from '../paper/paper-state';
import type { Mark } from '../paper/writing';
import { WordForm } from '../words/word-form';
import { LinkForm } from './link-form';

/** GrapesJS ends the writing when a mouse button goes down anywhere else; these buttons belong to the writing. */
const keepWriting = (event: MouseEvent) => {
  event.preventDefault();
  event.stopPropagation();
};
const inside = (event: MouseEvent) => event.stopPropagation();

const styles: { value: TextStyle; label: string }[] = [
  { value: 'p', label: 'Paragraph' },
  { value: 'h1', label: 'Large heading' },
  { value: 'h2', label: 'Heading' },
  { value: 'h3', label: 'Small heading' },
];

/** What can be done to the words that are being written; where none are, its buttons are off. */
export function TextToolbar({ paper }: { paper: Paper }) {
  const writing = usePaper((state) => state.writing);
  const marks = usePaper((state) => state.marks);
  const word = usePaper((state) => state.word);
  const [open, setOpen] = useState<'style' | 'link' | 'word' | undefined>();
  const off = writing === undefined;
  // A button holds one line: no headings, lists or links.
  const lineOnly = writing !== 'text';
  const whyNot = off
    ? 'Click into a text of the mail first.'
    : lineOnly
      ? 'A button holds one line of plain text.'
      : undefined;
  const show = (which: 'style' | 'link' | 'word') => {
    paper.pen.hold();
    setOpen((now) => (now === which ? undefined : which));
  };
  const close = () => setOpen(undefined);
  const mark = (name: Mark, label: string, glyph: ReactNode, disabled: boolean) => (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        aria-pressed={marks[name]}
        disabled={disabled}
        title={disabled ? whyNot : undefined}
        onMouseDown={keepWriting}
        onClick={() => paper.pen.toggle(name)}
      >
        {glyph}
      </ActionIcon>
    </Tooltip>
  );
  return (
    <div className="text-toolbar" role="toolbar" aria-label="Text">
      <CommandMenu
        title="Text"
        position="bottom-start"
        menu={{ opened: !off && open === 'style', onClose: close, returnFocus: false }}
        dropdown={{ onMouseDown: keepWriting }}
        target={
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            disabled={lineOnly}
            title={whyNot}
            rightSection={<IconChevronDown size={14} />}
            onMouseDown={keepWriting}
            onClick={() => show('style')}
          >
            {styles.find(({ value }) => value === marks.style)?.label}
          </Button>
        }
        parts={[
          {
            commands: styles.map(({ value, label }) => ({
              label,
              unavailable: whyNot,
              run: () => {
                close();
                paper.pen.style(value);
              },
            })),
          },
        ]}
      />
      {mark('bold', 'Bold', <IconBold size={16} />, off)}
      {mark('italic', 'Italic', <IconItalic size={16} />, off)}
      {mark('list', 'List', <IconList size={16} />, lineOnly)}
      {mark('numbers', 'Numbered list', <IconListNumbers size={16} />, lineOnly)}
      <Popover opened={!off && open === 'link'} onClose={close} position="bottom-start" shadow="md" trapFocus>
        <Popover.Target>
          <ActionIcon
            aria-label="Link"
            aria-pressed={marks.link !== undefined}
            disabled={lineOnly}
            title={whyNot}
            onMouseDown={keepWriting}
            onClick={() => show('link')}
          >
            <IconLink size={16} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown onMouseDown={inside}>
          <LinkForm
            href={marks.link ?? ''}
            onDone={(href) => {
              close();
              paper.pen.link(href);
            }}
          />
        </Popover.Dropdown>
      </Popover>
      <Popover
        opened={!off && (open === 'word' || word !== undefined)}
        onClose={() => {
          close();
          paper.pen.leaveWord();
        }}
        position="bottom-start"
        shadow="md"
        trapFocus={open === 'word'}
      >
        <Popover.Target>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            disabled={off}
            title={off ? whyNot : undefined}
            leftSection={<IconUser size={16} />}
            onMouseDown={keepWriting}
            onClick={() => show('word')}
          >
            Personal word
          </Button>
        </Popover.Target>
        <Popover.Dropdown onMouseDown={inside}>
          <WordForm
            key={word ?? 'new'}
            liquid={word}
            onDone={(liquid) => {
              close();
              paper.pen.word(liquid);
            }}
          />
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

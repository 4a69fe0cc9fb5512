import { blockOf, settled, type Brand, type FieldMeta } from '#designs';
import { ActionIcon, Textarea, Tooltip } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowLeft,
  IconArrowRight,
  IconArrowUp,
  IconBookmarkPlus,
  IconCopy,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Paper } from '../paper/paper';
import { usePaper, type Chosen } from '../paper/paper-state';
import { AudienceField } from './audience-field';
import { BlockField } from './block-field';
import { LanguageField } from './language-field';
import { NetworksField } from './networks-field';

interface InspectorProps {
  paper: Paper;
  brand: Brand;
  /** Asks for a picture and gives its settings: address, words, width. */
  onPicture: () => void;
  onKeep: () => void;
}

/** The settings of the chosen row or block. There is no save button: each change is one step that can be undone. */
export function Inspector(props: InspectorProps) {
  const chosen = usePaper((state) => state.chosen);
  if (!chosen)
    return (
      <div className="stack">
        <p className="sentence quiet">Choose a part of the mail to see its settings, or drag a block onto the paper.</p>
        <LanguageField onChange={(lang) => props.paper.setMail({ lang })} />
      </div>
    );
  return <Settings key={chosen.id} chosen={chosen} {...props} />;
}

const writable = new Set(['mj-text', 'mj-button']);

function Settings({ chosen, paper, brand, onPicture, onKeep }: InspectorProps & { chosen: Chosen }) {
  const { id, type, attributes, only, parts, content } = chosen;
  const block = blockOf(type);
  const shown = settled({ tagName: type, attributes: { ...attributes } }, brand);
  const name = block?.label ?? '';
  const isColumn = type === 'mj-column';
  const fields = Object.entries(block?.fields.shape ?? {}).map(([field, schema]) => ({
    name: field,
    meta: schema.meta() as unknown as FieldMeta,
  }));
  const act = (label: string, glyph: ReactNode, call: () => void) => (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={call}>
        {glyph}
      </ActionIcon>
    </Tooltip>
  );
  return (
    <form className="mail-settings" aria-label={`Settings: ${name}`} onSubmit={(event) => event.preventDefault()}>
      <div className="row-apart">
        <h2>{name}</h2>
        <div className="mail-acts">
          {writable.has(type) ? act('Write in it (Enter)', <IconPencil size={16} />, () => paper.write(id)) : null}
          {act(
            isColumn ? 'Move left (Alt+↑)' : 'Move up (Alt+↑)',
            isColumn ? <IconArrowLeft size={16} /> : <IconArrowUp size={16} />,
            () => paper.move(id, -1),
          )}
          {act(
            isColumn ? 'Move right (Alt+↓)' : 'Move down (Alt+↓)',
            isColumn ? <IconArrowRight size={16} /> : <IconArrowDown size={16} />,
            () => paper.move(id, 1),
          )}
          {isColumn ? null : act('Duplicate (Ctrl+D)', <IconCopy size={16} />, () => paper.duplicate(id))}
          {isColumn ? null : act('Save as a block', <IconBookmarkPlus size={16} />, onKeep)}
          {act('Remove (Delete)', <IconTrash size={16} />, () => paper.remove(id))}
        </div>
      </div>
      {content === undefined ? null : (
        <Textarea
          key={content}
          label="Your own words"
          description="Above your name and address. Personal words are written as {{ workspace.name }}."
          autosize
          minRows={2}
          maxRows={8}
          defaultValue={content}
          onBlur={(event) => {
            const words = event.currentTarget.value.trim();
            if (words !== content) paper.setInside({ content: words });
          }}
        />
      )}
      {type === 'mj-social' ? (
        <NetworksField parts={parts ?? []} onChange={(next) => paper.setInside({ parts: next })} />
      ) : null}
      {fields.map(({ name: field, meta }) => (
        <BlockField
          key={field}
          tagName={type}
          name={field}
          field={meta}
          brand={brand}
          value={attributes[field] ?? ''}
          shown={shown[field] ?? ''}
          onChange={(value) => paper.set({ [field]: value })}
          onPicture={onPicture}
        />
      ))}
      <AudienceField only={only} onChange={(condition) => paper.setOnly(condition)} />
    </form>
  );
}

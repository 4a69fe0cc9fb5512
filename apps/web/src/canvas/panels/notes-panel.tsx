import { nodeDef } from '#graph';
import { ActionIcon, Button, Checkbox, Textarea } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useSentences } from '../../automations/reference-names';
import { newStepId } from '../document/steps';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreen, useScreenStore } from '../screen/screen-store';

/** Notes for colleagues: those of the automation as a whole, and those that stand at steps. */
export function NotesPanel() {
  const store = useEditorStore();
  const screen = useScreenStore();
  const graph = useEditor((state) => state.document.graph);
  const say = useSentences(graph);
  const readOnly = useEditor((state) => state.readOnly || state.mode !== 'build');
  const folded = useScreen((state) => state.notesFolded);
  const { notes } = graph;
  const free = (notes ?? []).filter((note) => note.node_id === undefined);
  const noted = graph.nodes.filter((node) => node.note);
  const put = (label: string, next: NonNullable<typeof notes>) =>
    store.getState().edit(label, [{ op: 'set_notes', notes: next }]);
  return (
    <div className="panel-body" data-testid="notes">
      {free.map((note, at) => (
        <FreeNote
          key={note.id ?? at}
          text={note.text ?? ''}
          readOnly={readOnly}
          onChange={(text) =>
            put(
              'Change a note',
              (notes ?? []).map((one) => (one === note ? { ...one, text } : one)),
            )
          }
          onRemove={() =>
            put(
              'Remove a note',
              (notes ?? []).filter((one) => one !== note),
            )
          }
        />
      ))}
      {readOnly ? null : (
        <Button
          variant="default"
          onClick={() => put('Add a note', [...(notes ?? []), { id: newStepId(), text: '' }])}
          disabled={free.some((note) => !note.text)}
        >
          Add a note
        </Button>
      )}
      {noted.length > 0 ? (
        <>
          <h3 className="caps">On steps</h3>
          <Checkbox
            size="sm"
            label="Fold them on the drawing"
            checked={folded}
            onChange={(event) => screen.setState({ notesFolded: event.currentTarget.checked })}
          />
        </>
      ) : null}
      <ul className="problem-list">
        {noted.map((node) => (
          <li key={node.id}>
            <button
              type="button"
              className="history-entry"
              onClick={() => {
                store.getState().openStep(node.id);
                screen.getState().camera?.reveal(node.id);
              }}
            >
              <b>{say(node) || nodeDef(node.type)?.title}</b>
              <span>{node.note}</span>
            </button>
          </li>
        ))}
      </ul>
      {free.length === 0 && noted.length === 0 ? (
        <p className="quiet">
          No notes yet. Notes are for your team. They are exported with the automation and shown in Live.
        </p>
      ) : null}
    </div>
  );
}

interface FreeNoteProps {
  text: string;
  readOnly: boolean;
  onChange: (text: string) => void;
  onRemove: () => void;
}

function FreeNote({ text, readOnly, onChange, onRemove }: FreeNoteProps) {
  const [draft, setDraft] = useState(text);
  return (
    <div className="free-note">
      <Textarea
        aria-label="Note"
        autosize
        minRows={2}
        maxRows={12}
        maxLength={4000}
        autoFocus={text === ''}
        readOnly={readOnly}
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={() => draft !== text && onChange(draft)}
      />
      {readOnly ? null : (
        <ActionIcon aria-label="Remove this note" onClick={onRemove}>
          <IconTrash size={14} stroke={1.5} />
        </ActionIcon>
      )}
    </div>
  );
}

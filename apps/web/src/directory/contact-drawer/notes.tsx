import { longestNote } from '#contracts';
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useMay } from '../../access/session.queries';
import { newUuid } from '../../api/new-uuid';
import { rowsOf } from '../../api/paged';
import { Confirm, Problem } from '../../ui/forms/confirm';
import { LoadMore } from '../../ui/pages/load-more';
import { Failed } from '../../ui/feedback/query-states';
import { RowButton } from '../../ui/pages/table';
import { Time } from '../../ui/formatting/time';
import { useAddNote, useChangeNote, useDeleteNote, useNotes, type Note } from './notes.queries';

/** Notes that stand there before somebody asks for all: the timeline comes below. */
const atFirst = 2;

/** What colleagues wrote about this person, and room for another note. */
export function Notes({ contactId }: { contactId: string }) {
  const notes = useNotes(contactId);
  const mayWrite = useMay('people');
  const [all, setAll] = useState(false);
  const rows = rowsOf(notes.data);
  const shown = all ? rows : rows.slice(0, atFirst);
  if (notes.error)
    return <Failed error={notes.error} what="The notes could not be loaded" onRetry={() => void notes.refetch()} />;
  if (rows.length === 0 && !mayWrite) return null;
  return (
    <section className="person-part" aria-label="Notes" data-testid="notes">
      <span className="small-caps">Notes</span>
      {mayWrite ? <Write contactId={contactId} /> : null}
      {shown.length > 0 ? (
        <ul className="notes">
          {shown.map((note) => (
            <li key={note.id}>
              <OneNote note={note} contactId={contactId} />
            </li>
          ))}
        </ul>
      ) : null}
      {all ? <LoadMore list={notes} label="Earlier notes" /> : null}
      {shown.length < rows.length ? (
        <button type="button" className="text-button" onClick={() => setAll(true)}>
          All notes ({notes.hasNextPage ? `${rows.length} and more` : rows.length})
        </button>
      ) : null}
    </section>
  );
}

function Write({ contactId }: { contactId: string }) {
  const add = useAddNote(contactId);
  const [text, setText] = useState('');
  const [key, setKey] = useState(newUuid);
  const send = () => {
    const said = text.trim();
    if (said === '') return;
    setText('');
    add.mutate(
      { text: said, key },
      {
        onSuccess: () => setKey(newUuid()),
        // What was not taken stands in the field again, unless another note was begun.
        onError: () => setText((now) => (now === '' ? said : now)),
      },
    );
  };
  return (
    <NoteForm label="Write a note" submit="Add note" text={text} onText={setText} onSend={send} error={add.error} />
  );
}

interface NoteFormProps {
  label: string;
  submit: string;
  text: string;
  onText: (text: string) => void;
  onSend: () => void;
  onCancel?: () => void;
  error: unknown;
}

/** A text field that grows; Ctrl or Cmd with Enter sends it. Its button is there once something is written. */
function NoteForm({ label, submit, text, onText, onSend, onCancel, error }: NoteFormProps) {
  return (
    <form
      className="stack-tight"
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      <Textarea
        aria-label={label}
        placeholder={label}
        autosize
        minRows={1}
        maxRows={8}
        maxLength={longestNote}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          onSend();
        }}
      />
      <Problem error={error} />
      {text.trim() !== '' || onCancel ? (
        <div className="row">
          <Button type="submit" size="compact-sm" disabled={text.trim() === ''}>
            {submit}
          </Button>
          {onCancel ? (
            <Button variant="default" size="compact-sm" onClick={onCancel}>
              Cancel
            </Button>
          ) : null}
        </div>
      ) : null}
    </form>
  );
}

function OneNote({ note, contactId }: { note: Note; contactId: string }) {
  const change = useChangeNote(contactId);
  const remove = useDeleteNote(contactId);
  const mayWrite = useMay('people');
  const [draft, setDraft] = useState<string>();
  const [sure, setSure] = useState(false);
  if (draft !== undefined)
    return (
      <NoteForm
        label="Change the note"
        submit="Save"
        text={draft}
        onText={setDraft}
        error={change.error}
        onCancel={() => setDraft(undefined)}
        onSend={() => change.mutate({ id: note.id, text: draft.trim() }, { onSuccess: () => setDraft(undefined) })}
      />
    );
  return (
    <>
      <p className="sentence note-text">{note.text}</p>
      <div className="row quiet">
        <span>
          {note.author}, <Time at={note.written_at} />
          {note.edited_at ? (
            <>
              , changed <Time at={note.edited_at} />
            </>
          ) : null}
        </span>
        {note.may_change && mayWrite ? (
          <>
            <RowButton onClick={() => setDraft(note.text)}>Edit</RowButton>
            <RowButton danger onClick={() => setSure(true)}>
              Delete
            </RowButton>
          </>
        ) : null}
      </div>
      <Problem error={remove.error} />
      <Confirm
        opened={sure}
        title="Delete this note"
        label="Delete the note"
        danger
        onClose={() => setSure(false)}
        onConfirm={() => {
          setSure(false);
          remove.mutate(note.id);
        }}
      >
        The note by {note.author} is deleted for good.
      </Confirm>
    </>
  );
}

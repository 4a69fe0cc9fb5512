import { TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useMay } from '../../access/session.queries';
import { Problem } from '../../ui/forms/confirm';
import { useChangeContact, type Contact } from '../contacts.queries';

/** Tags with their editing in place; shown at once, taken back when the server refuses. */
export function ContactTags({ contact }: { contact: Contact }) {
  const may = useMay('people');
  const change = useChangeContact(contact.id);
  const [text, setText] = useState('');
  // Every lead has this tag by what it is; it is not stored and cannot be removed.
  const fixed = (tag: string) => contact.type === 'lead' && tag === 'lead';
  const put = (tags: string[]) => change.mutate({ tags: tags.filter((tag) => !fixed(tag)) });
  const add = (event: FormEvent) => {
    event.preventDefault();
    const tag = text.trim();
    if (tag !== '' && !contact.tags.some((each) => each.toLowerCase() === tag.toLowerCase()))
      put([...contact.tags, tag]);
    setText('');
  };
  return (
    <>
      <div className="tags" role="group" aria-label="Tags">
        {contact.tags.map((tag) => (
          <span key={tag} className="tag" style={may && !fixed(tag) ? undefined : { paddingRight: 8 }}>
            {tag}
            {may && !fixed(tag) ? (
              <button
                type="button"
                className="tag-remove"
                aria-label={`Remove the tag ${tag}`}
                onClick={() => put(contact.tags.filter((each) => each !== tag))}
              >
                ×
              </button>
            ) : null}
          </span>
        ))}
        {may ? (
          <form onSubmit={add}>
            <TextInput
              className="tag-input"
              size="xs"
              aria-label="Add a tag"
              placeholder="Add a tag"
              maxLength={100}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          </form>
        ) : null}
      </div>
      {change.error ? <Problem error={change.error} /> : null}
    </>
  );
}

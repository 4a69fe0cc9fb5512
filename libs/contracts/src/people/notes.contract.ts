import { z } from 'zod';
import { idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Directory';

/** Characters of one note at most. */
export const longestNote = 5_000;
/** Notes about one person at most. */
export const mostNotes = 1_000;

export const note = z.object({
  id: uuid,
  text: z.string(),
  /** The address of the colleague, or the name of the key. */
  author: z.string(),
  written_at: instant,
  /** When its words were last changed. */
  edited_at: instant.nullable(),
  /** Whether the caller may change or delete it: its author and administrators may. */
  may_change: z.boolean(),
});
export type Note = z.output<typeof note>;

const noteFields = z.strictObject({
  text: z.string().trim().min(1, 'Write something.').max(longestNote, `A note has at most ${longestNote} characters.`),
});

export const listNotes = route({
  method: 'GET',
  path: '/contacts/:id/notes',
  access: 'read',
  tag,
  summary: 'What staff wrote about a person, newest first',
  params: idParams,
  query: pageQuery,
  response: page(note),
  problems: ['not_found'],
});

export const addNote = route({
  method: 'POST',
  path: '/contacts/:id/notes',
  access: 'people',
  tag,
  summary: 'Write a note about a person',
  description: 'The audit says that a note was written and by whom, not what it says.',
  status: 201,
  params: idParams,
  body: noteFields,
  response: note,
  problems: ['not_found', 'limit_reached'],
});

export const changeNote = route({
  method: 'PUT',
  path: '/notes/:id',
  access: 'people',
  tag,
  summary: 'Change the words of a note: its author, or an administrator',
  params: idParams,
  body: noteFields,
  response: note,
  problems: ['not_found', 'not_allowed'],
});

export const deleteNote = route({
  method: 'DELETE',
  path: '/notes/:id',
  access: 'people',
  tag,
  summary: 'Delete a note for good: its author, or an administrator',
  params: idParams,
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found', 'not_allowed'],
});

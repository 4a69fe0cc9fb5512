import { describe, expect, it } from '@jest/globals';
import { footerNote } from './footer-note.js';

const workspace = { name: 'School', postal_address: '1 Main Street' };
const link = '<a href="{{ links.unsubscribe }}">Unsubscribe</a>';
const noteOf = (html: string, text?: string, of = workspace) => footerNote({ subject: 'Hello', html, text }, of);

describe('what a marketing mail lacks, as publishing says it', () => {
  it('is asked of the rendered mail, of both parts', () => {
    expect(noteOf(`<p>Hello</p>${link}<p>{{ workspace.postal_address }}</p>`)).toBeUndefined();
    expect(noteOf('<p>Hello</p>')).toBe(
      'The HTML has no unsubscribe link and no postal address. The plain text has no unsubscribe link and no postal address. Cortex adds what is missing at the end of the email.',
    );
    expect(noteOf(`${link}<p>1 Main Street</p>`, 'Hello, 1 Main Street')).toBe(
      'The plain text has no unsubscribe link. Cortex adds what is missing at the end of the email.',
    );
    expect(
      noteOf(`{% if contact.nobody %}${link}{% endif %}<!-- ${link} -->`, '{{ links.unsubscribe }} 1 Main Street'),
    ).toBe(
      'The HTML has no unsubscribe link and no postal address. Cortex adds what is missing at the end of the email.',
    );
  });

  it('says nothing of an address where the workspace has none, and nothing of a text with a mistake', () => {
    expect(noteOf(link, undefined, { ...workspace, postal_address: '' })).toBeUndefined();
    expect(noteOf('{% if %}')).toBeUndefined();
  });
});

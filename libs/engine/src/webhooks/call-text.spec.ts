import { describe, expect, it } from '@jest/globals';
import type { MailData } from '#emails';
import { callText, type Occasion } from './call-text.js';

const occasion: Occasion = {
  at: new Date('2026-11-29T12:00:00Z'),
  automation: { id: 'a', name: 'A' },
  run_id: 'r',
  node_id: 'n',
};
const data = { contact: { first_name: 'Ann "', lifetime_value: 12 } } as unknown as MailData;

describe('the body of a webhook call written as one text', () => {
  it('keeps its form as JSON whatever somebody is called', () => {
    const { content_type, body } = callText(
      '{"name": "{{ contact.first_name }}", "to": ["{{ contact.first_name }}"]}',
      data,
      occasion,
    );
    expect(content_type).toBe('application/json');
    expect(JSON.parse(body)).toEqual({ name: 'Ann "', to: ['Ann "'] });
  });

  it('is sent as it is where Liquid stands outside of its texts, or where it is no JSON', () => {
    expect(callText('{"value": {{ contact.lifetime_value }}}', data, occasion)).toEqual({
      content_type: 'application/json',
      body: '{"value": 12}',
    });
    expect(callText('Hello {{ contact.first_name }}', data, occasion)).toEqual({
      content_type: 'text/plain; charset=utf-8',
      body: 'Hello Ann "',
    });
  });
});

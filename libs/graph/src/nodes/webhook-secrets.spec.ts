import { describe, expect, it } from '@jest/globals';
import { validate } from '../checks/validate.js';
import type { Graph } from '../model/graph.js';

const reference = (host?: string) => ({ secret: true, id: '00000000-0000-4000-8000-000000000001', host });
const problems = (config: object) =>
  validate({
    schema: 1,
    nodes: [
      { id: 's', type: 'manual', config: {} },
      { id: 'call', type: 'webhook', config },
    ],
    edges: [{ source: 's', port: 'next', target: 'call' }],
  } as Graph).map(({ code, severity, message }) => ({ code, severity, message }));

describe('the value of a webhook header', () => {
  it('has to be set again when the address leads to another host', () => {
    const at = (url: string, host?: string) => problems({ url, headers: { Authorization: reference(host) } });
    expect(at('https://a.example/in', 'a.example')).toEqual([]);
    expect(at('https://A.example:443/other?n=1', 'a.example')).toEqual([]);
    expect(at('https://a.example/in')).toEqual([]);
    for (const url of ['https://b.example/in', 'https://a.example:8443/in', 'https://a.example.b.example/'])
      expect(at(url, 'a.example')).toEqual([
        {
          code: 'webhook_header_other_host',
          severity: 'blocks',
          message: `The value of “Authorization” was set for a.example, so it is not sent to ${new URL(url).host}. Set the value again.`,
        },
      ]);
  });

  it('does not stand in the address, where everyone could read it', () => {
    const at = (url: string) => problems({ url }).map(({ code }) => code);
    for (const query of [
      'token=x',
      'n=1&api_key=x',
      'API-KEY=x',
      'access_token=x',
      'client.secret=x',
      'pwd=x',
      'sig=x',
    ])
      expect([query, at(`https://a.example/in?${query}`)]).toEqual([query, ['webhook_secret_in_address']]);
    for (const query of ['', 'n=1', 'token=', 'keyword=x', 'monkey=x', 'design=x', 'author=x'])
      expect([query, at(`https://a.example/in?${query}`)]).toEqual([query, []]);
    expect(problems({ url: 'https://a.example/?token=x' })[0]!.message).toBe(
      '“token” in this address looks like a secret, and everyone who can open the automation could read it. Put it into a header.',
    );
    expect(at('https://user:word@a.example/in')).toEqual(['unfinished']);
  });
});

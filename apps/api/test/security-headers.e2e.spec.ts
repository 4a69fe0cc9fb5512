import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import { testApp, type TestApp } from '#testing';

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ worker: false, env: { CORTEX_PUBLIC_URL: 'https://cortex.example' } });
}, 120_000);
afterAll(() => app?.close());

const names = ['strict-transport-security', 'x-content-type-options', 'referrer-policy', 'x-frame-options'];
const directives = ["base-uri 'none'", 'frame-ancestors'];

/** What an answer lacks of what every answer carries. */
const lacks = (headers: Headers): string[] => [
  ...names.filter((name) => !headers.has(name)),
  ...directives.filter((directive) => !headers.get('content-security-policy')?.includes(directive)),
  ...(/^(text\/|application\/(problem\+)?json)(?!.*; ?charset=utf-8$)/i.test(headers.get('content-type') ?? '')
    ? [`charset of ${headers.get('content-type')}`]
    : []),
];

/** Only the head: the stream of events never ends. */
async function headOf(method: string, path: string, key: string | null, body?: string): Promise<Response> {
  const aborted = new AbortController();
  const answer = await fetch(`${app.url}${path}`, {
    method,
    body,
    redirect: 'manual',
    signal: aborted.signal,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  });
  aborted.abort();
  return answer;
}

describe('the headers that protect a browser', () => {
  it('are on every answer of every route, whoever asks', async () => {
    const missing: string[] = [];
    for (const route of contracts.routesOf(contracts)) {
      // These end sessions or change what the next ones need.
      if (route.path === '/demo' || route.method === 'DELETE') continue;
      const path = route.path.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000');
      for (const key of [null, app.adminKey]) {
        const answer = await headOf(route.method, path, key, route.method === 'GET' ? undefined : '{}');
        // A sign-up form stands in the pages of any shop.
        const framed = route.path === '/f/:id' || route.path === '/forms/:id';
        const without = lacks(answer.headers).filter((name) => !(framed && name === 'x-frame-options'));
        if (without.length > 0) missing.push(`${route.method} ${path} ${answer.status}: ${without.join(', ')}`);
      }
    }
    expect(missing).toEqual([]);
  }, 120_000);

  it('are on good answers of the way in and of the stream, on pages, and on what is not there', async () => {
    const activity = JSON.stringify({ contact_email: 'ann@school.example', type: 'page.viewed' });
    const answers = [
      await headOf('POST', '/activities', app.adminKey, activity),
      await headOf('POST', '/activities', app.adminKey, activity),
      await headOf('GET', '/events', app.adminKey),
      await headOf('GET', '/docs', null),
      await headOf('GET', '/nowhere', null),
      await headOf('GET', '/%', null),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 200, 200, 404, 400]);
    expect(answers.map(({ headers }) => lacks(headers))).toEqual(answers.map(() => []));
    expect(answers[0]!.headers.get('strict-transport-security')).toMatch(/max-age=31536000; includeSubDomains/);
    expect(answers[0]!.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApp, type TestApp } from './app.js';

describe('the application of the test kit', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp();
  });
  afterAll(() => app.close());

  it('answers over HTTP with the key that it was given', async () => {
    expect((await app.call('GET', '/health/ready', undefined, { key: null })).body).toEqual({ status: 'ready' });
    expect((await app.call('GET', '/api-keys')).status).toBe(200);
    expect((await app.call('GET', '/api-keys', undefined, { key: null })).status).toBe(401);
    expect((await app.call('GET', '/api-keys', undefined, { key: 'wrong' })).status).toBe(401);
  });
});

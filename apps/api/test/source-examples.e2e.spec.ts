import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sourceExamples, type SourceExample } from '#contracts';
import { testApp, type TestApp } from '#testing';

const programs: Record<SourceExample['id'], { name: string; runs?: string }> = {
  curl: { name: 'sh', runs: 'curl' },
  javascript: { name: process.execPath },
  python: { name: 'python3' },
  php: { name: 'php' },
  ruby: { name: 'ruby' },
};
const isHere = (name: string): boolean => spawnSync(name, ['--version']).status === 0;

let app: TestApp;
let folder: string;
let key: string;
beforeAll(async () => {
  app = await testApp({ worker: false });
  folder = await mkdtemp(join(tmpdir(), 'cortex-examples-'));
  key = (await app.call('POST', '/api-keys', { name: 'Example', kind: 'server', scopes: ['ingest'] })).body.key;
}, 120_000);
afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the examples of the settings, as they stand there', () => {
  for (const { id, label } of sourceExamples({ url: '', key: '' })) {
    const { name, runs = name } = programs[id];
    const isThere = isHere(runs);
    (isThere ? it : it.skip)(`${label}${isThere ? '' : ' (not on this machine)'} records an activity`, async () => {
      await app.database.run('truncate public.crm_activities, cortex.activity_keys, cortex.activity_inbox');
      const { file, code } = sourceExamples({ url: app.url, key }).find((one) => one.id === id)!;
      const path = join(folder, file);
      await writeFile(path, code);
      const { stdout } = await promisify(execFile)(name, [path], { timeout: 30_000 });
      expect(stdout).toMatch(/accepted/);
      const stored = await app.database.rows(
        `select type, contact_email::text as email, metadata from public.crm_activities where type = 'order.placed'`,
      );
      expect(stored).toEqual([{ type: 'order.placed', email: 'ann@example.com', metadata: { order_id: '1042' } }]);
    });
  }
});

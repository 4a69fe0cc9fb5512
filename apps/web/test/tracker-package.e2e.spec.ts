import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '#platform';
import { testApp, type TestApp } from '#testing';

const run = promisify(execFile);

/** A program of the shop that has installed the package. */
const PROGRAM = `
import { createTracker } from 'cortex-tracker';

const [url, key] = process.argv.slice(2);
const cortex = createTracker({ url: url!, key: key! });
cortex.trackActivity('order.shipped', { order: 'o1' }, { email: 'ann@shop.example' });
cortex.trackActivity('parcel.lost', {}, { visitor: 'v1' });
cortex.identify('bea@shop.example', { plan: 'pro' });
cortex.page({ path: '/told' });
await cortex.flush();
// @ts-expect-error A type is a text.
cortex.trackActivity(3);
`;

describe('the package of the tracker', () => {
  let app: TestApp;
  let folder: string;
  beforeAll(async () => {
    app = await testApp({ worker: false });
    folder = await mkdtemp(join(tmpdir(), 'cortex-package-'));
  }, 120_000);
  afterAll(async () => {
    await app?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is installed from its file, has types, and records from a program', async () => {
    const { stdout } = await run(process.execPath, ['apps/web/track/pack.mjs', folder], { cwd: projectRoot() });
    const installed = join(folder, 'node_modules', 'cortex-tracker');
    await mkdir(installed, { recursive: true });
    await run('tar', ['-xzf', stdout.trim(), '-C', installed, '--strip-components=1']);
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'program.ts'), PROGRAM);
    // What of Node the program uses is not the package's.
    await writeFile(join(folder, 'node.d.ts'), 'declare const process: { argv: string[] };');
    const compilerOptions = { strict: true, module: 'nodenext', target: 'es2022', types: [] };
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['program.ts', 'node.d.ts'] }),
    );
    await run(process.execPath, [createRequire(import.meta.url).resolve('typescript/bin/tsc')], { cwd: folder });
    await run(process.execPath, ['program.js', app.url, app.adminKey], { cwd: folder });
    const stored = await app.database.rows(
      `select type, contact_email, anonymous_id is not null as has_visitor, metadata from public.crm_activities
       where source = 'api' order by type`,
    );
    expect(stored).toEqual([
      { type: 'identified', contact_email: 'bea@shop.example', has_visitor: true, metadata: { plan: 'pro' } },
      { type: 'order.shipped', contact_email: 'ann@shop.example', has_visitor: false, metadata: { order: 'o1' } },
      { type: 'page_view', contact_email: 'bea@shop.example', has_visitor: true, metadata: { path: '/told' } },
      { type: 'parcel.lost', contact_email: null, has_visitor: true, metadata: {} },
    ]);
  }, 120_000);
});

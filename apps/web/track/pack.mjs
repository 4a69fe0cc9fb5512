// Makes the npm package of the tracker, from the same source as /track.js: node apps/web/track/pack.mjs [folder of the .tgz]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '../../..');
const out = resolve(process.argv[2] ?? join(root, 'dist/packages'));
const { version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function run(command, ...args) {
  const done = spawnSync(command, args, { cwd: here, encoding: 'utf8', shell: process.platform === 'win32' });
  if (done.status === 0) return done.stdout;
  console.error(`${done.stdout}${done.stderr}`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'cortex-tracker-'));
try {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  run(process.execPath, tsc, '-p', join(here, 'tsconfig.json'), '--outDir', folder);
  cpSync(join(here, 'README.md'), join(folder, 'README.md'));
  const manifest = {
    name: 'cortex-tracker',
    version,
    description: 'Records what people do for Cortex, in pages and programs',
    license: 'UNLICENSED',
    type: 'module',
    sideEffects: false,
    engines,
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  mkdirSync(out, { recursive: true });
  console.log(join(out, run('npm', 'pack', folder, '--pack-destination', out).trim().split('\n').at(-1)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

// npm run dev: compiles on every change, restarts the server, serves the web with hot reload. Ctrl-C ends all of it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const isWindows = process.platform === 'win32';
const children = [];
let ending = false;

function run(name, command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: isWindows,
    env: { ...process.env, ...env },
  });
  children.push(child);
  child.on('exit', (code) => {
    if (!ending) console.error(`${name} ended (${code}). Stopping the rest.`);
    end();
  });
}

function end() {
  if (ending) return;
  ending = true;
  for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

const built = spawnSync(process.execPath, [join(import.meta.dirname, 'build.mjs'), '--server'], {
  cwd: root,
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(1);

run('The compiler', 'tsc', ['-p', 'apps/standalone/tsconfig.app.json', '--watch', '--preserveWatchOutput']);
run(
  'The server',
  process.execPath,
  [
    '--watch-path=dist/apps',
    '--watch-path=dist/libs',
    '--watch-preserve-output',
    'dist/apps/standalone/src/supervisor.js',
  ],
  { NODE_ENV: process.env.NODE_ENV ?? 'development' },
);
if (existsSync(join(root, 'apps/web/index.html'))) run('The web', 'vite', ['apps/web']);

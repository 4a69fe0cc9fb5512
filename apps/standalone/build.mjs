// Builds the server and the web only when their sources differ from those of the last build (--force: always; --server, --web: only that one).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const force = process.argv.includes('--force');
const dist = join(root, 'dist');
const lock = join(dist, '.building');

const settings = [
  'package-lock.json',
  'package.json',
  'tsconfig.json',
  'nest-cli.json',
  'apps/standalone/tsconfig.app.json',
];
const server = ['api', 'worker', 'standalone'].map((name) => `apps/${name}`);

function filesBelow(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.spec\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesBelow).sort())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function build(name, sources, command, args) {
  const mark = join(dist, `.${name}-sources`);
  const hash = hashOf(sources);
  if (!force && existsSync(mark) && readFileSync(mark, 'utf8') === hash) return;
  console.log(`Building the ${name} …`);
  rmSync(mark, { force: true });
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (done.status !== 0) {
    console.error(`The ${name} could not be built; see above.`);
    process.exitCode = 1;
    return;
  }
  writeFileSync(mark, hash);
}

/** Two starts at once must not write one dist; a lock whose holder is gone is taken over. */
function takeLock() {
  mkdirSync(dist, { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    try {
      process.kill(Number(readFileSync(lock, 'utf8')), 0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    } catch {
      rmSync(lock, { force: true });
    }
  }
}

try {
  takeLock();
} catch (error) {
  console.error(`The folder ${dist} cannot be written (${error.code}). Make it writable.`);
  process.exit(1);
}
try {
  if (!process.argv.includes('--web'))
    build('server', [...settings, 'libs', ...server.map((app) => `${app}/src`)], 'nest', ['build', 'standalone']);
  if (process.exitCode !== 1 && !process.argv.includes('--server') && existsSync(join(root, 'apps/web/index.html'))) {
    const web = ['rules', 'graph', 'designs', 'contracts'].map((lib) => `libs/${lib}`);
    build('web', [...settings, ...web, 'apps/web'], 'vite', ['build', 'apps/web', '--logLevel', 'warn']);
  }
} finally {
  rmSync(lock, { force: true });
}

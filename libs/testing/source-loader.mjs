import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/*
 * TypeScript for Node's own loader: specs, the product under them and the threads that it starts are compiled as they
 * are asked for, and kept compiled in a folder of the system's for temporary files.
 */
const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { version } = require('@swc/core/package.json');
const kept = join(tmpdir(), `cortex-compiled-${userInfo().uid}`);
mkdirSync(kept, { recursive: true });

/** Exports what the present Jest gives. */
const GLOBALS = pathToFileURL(join(import.meta.dirname, 'jest-globals.mjs')).href;

const options = {
  sourceMaps: true,
  inlineSourcesContent: false,
  module: { type: 'es6' },
  jsc: {
    target: 'es2024',
    keepClassNames: true,
    parser: { syntax: 'typescript', tsx: false, decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, react: { runtime: 'automatic' } },
  },
};
const salt = `${version} ${JSON.stringify(options)}`;

/** Where the compiled text of a file and its map are kept, once they have been asked for. */
function compiled(path) {
  const text = readFileSync(path, 'utf8');
  const name = createHash('sha1').update(`${salt} ${path} ${text}`).digest('hex');
  const [file, map] = [join(kept, `${name}.js`), join(kept, `${name}.map`)];
  if (existsSync(file)) return { file, map };
  const { transformSync } = require('@swc/core');
  const made = transformSync(text, {
    ...options,
    filename: path,
    jsc: { ...options.jsc, parser: { ...options.jsc.parser, tsx: path.endsWith('.tsx') } },
  });
  // Several processes may make the same one: it is there as a whole, or not at all.
  for (const [at, content] of [
    [map, made.map],
    [file, made.code],
  ]) {
    const beside = `${at}.${process.pid}`;
    writeFileSync(beside, content);
    renameSync(beside, at);
  }
  return { file, map };
}

/** The file with the source map of each module that was loaded, by its path and by its address. */
export const sourceMaps = new Map();

const isTypeScript = (module) => /\.tsx?(\?.*)?$/.test(module);

/** The file that is meant: TypeScript's imports name what it will be compiled to, or leave the ending out. */
function sourceOf(path) {
  if (/\.\w+$/.test(path) && existsSync(path)) return path;
  const stem = path.replace(/\.js$/, '');
  return [`${stem}.ts`, `${stem}.tsx`].find((source) => existsSync(source));
}

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return { url: GLOBALS, format: 'module', shortCircuit: true };
    const from = isTypeScript(context.parentURL ?? '') ? new URL(context.parentURL) : undefined;
    let path;
    if (imports[specifier]) path = join(root, imports[specifier].types);
    else if (specifier.startsWith('file:')) path = fileURLToPath(specifier);
    else if (specifier.startsWith('.') && from) path = fileURLToPath(new URL(specifier, from));
    const found = path && sourceOf(path);
    if (!found || !isTypeScript(found)) return next(specifier, context);
    const url = pathToFileURL(found);
    // A module that is asked for afresh gets its own copy of what it imports.
    url.search = specifier.startsWith('file:') ? new URL(specifier).search : (from?.search ?? '');
    return { url: url.href, format: 'module', shortCircuit: true };
  },
  load(url, context, next) {
    if (!isTypeScript(url)) return next(url, context);
    const path = fileURLToPath(url);
    const { file, map } = compiled(path);
    sourceMaps.set(path, map).set(url, map);
    return { format: 'module', source: readFileSync(file, 'utf8'), shortCircuit: true };
  },
});

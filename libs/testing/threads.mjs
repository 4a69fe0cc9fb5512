import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const root = join(import.meta.dirname, '../..');

// Jest compiles what it loads itself. A thread that the product starts loads its modules through Node: here they are
// compiled the same way.
if (!isMainThread) {
  const { transformSync } = await import('@swc/core');
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const source = (path) => (path.endsWith('.js') && !existsSync(path) ? `${path.slice(0, -3)}.ts` : path);

  registerHooks({
    resolve(specifier, context, next) {
      const from = context.parentURL;
      let path;
      if (specifier.startsWith('#')) path = join(root, imports[specifier].types);
      else if (specifier.startsWith('file:')) path = fileURLToPath(specifier);
      else if (specifier.startsWith('/')) path = specifier;
      else if (specifier.startsWith('.') && from?.startsWith('file:')) path = fileURLToPath(new URL(specifier, from));
      const found = path && source(path);
      if (!found?.endsWith('.ts')) return next(specifier, context);
      return { url: pathToFileURL(found).href, format: 'module', shortCircuit: true };
    },
    load(url, context, next) {
      if (!url.endsWith('.ts')) return next(url, context);
      const filename = fileURLToPath(url);
      const { code } = transformSync(readFileSync(filename, 'utf8'), {
        filename,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      });
      return { format: 'module', source: code, shortCircuit: true };
    },
  });
}

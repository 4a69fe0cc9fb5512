import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import {
  build,
  defaultClientConditions,
  defaultServerConditions,
  defineConfig,
  loadEnv,
  runnerImport,
  type Plugin,
} from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

const contractsIndex = fileURLToPath(new URL('../../libs/contracts/src/index.ts', import.meta.url));

/** What the browser needs of an export of #contracts: of a route its verb and address, of a number or table itself. */
function plainOf(value: unknown): unknown {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null || '_zod' in value) return undefined;
  if ('method' in value && 'path' in value && 'access' in value) {
    const { method, path, access, raw } = value as Record<string, unknown>;
    return { method, path, access, ...(raw ? { raw } : {}) };
  }
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return isDeepStrictEqual(copy, value) ? copy : undefined;
}

/**
 * Leaves the schemas of #contracts, and zod with them, out of the browser: the server parses, and types are read
 * from the sources. What is no plain data is not exported, so a use of it fails the build.
 */
function slimContracts(): Plugin {
  return {
    name: 'slim-contracts',
    enforce: 'pre',
    async load(id) {
      if (id !== contractsIndex) return undefined;
      const { module, dependencies } = await runnerImport<Record<string, unknown>>(contractsIndex, {
        configFile: false,
        logLevel: 'error',
        // Of this environment, or the runner would read the libs from a build of the server, stale or not there.
        environments: {
          inline: { resolve: { noExternal: [/^#/], conditions: ['source', ...defaultServerConditions] } },
        },
      });
      for (const file of dependencies) this.addWatchFile(file);
      const lines = Object.entries(module).map(([name, value]) => {
        const plain = plainOf(value);
        return plain === undefined ? '' : `export const ${name} = ${JSON.stringify(plain)};`;
      });
      // These import nothing, so they go as they are.
      const asTheyAre = [
        './workspace/admin-addresses.js',
        './workspace/audit-actions.js',
        './people/order-words.js',
        './ingestion/source-examples.js',
      ];
      return [...lines.filter(Boolean), ...asTheyAre.map((file) => `export * from '${file}';`)].join('\n');
    },
  };
}

/** Puts `.br` and `.gz` beside every text file of the build; the API serves them as they are. */
function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    // Not when a build failed, whose own words matter more.
    async writeBundle() {
      const files = await readdir(folder, { recursive: true });
      for (const file of files.filter((name) => /\.(js|css|svg|html)$/.test(name))) {
        const path = join(folder, file);
        const content = await readFile(path);
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
        await writeFile(`${path}.br`, await promisify(brotliCompress)(content, quality));
        await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
      }
    },
  };
}

/**
 * The script that shops put into their pages, in one file without imports: as `track.js`, and under a name of its version.
 * The admin learns that name and its hash, for the snippet.
 */
function trackingScript(): Plugin {
  let code = '';
  let file = '';
  return {
    name: 'tracking-script',
    async config() {
      const built = await build({
        root: here,
        configFile: false,
        logLevel: 'error',
        publicDir: false,
        build: {
          write: false,
          target: 'es2020',
          rolldownOptions: { input: join(here, 'track', 'track.ts'), output: { format: 'iife' } },
        },
      });
      const [first] = [built].flat();
      if (!first || !('output' in first)) throw new Error('The tracking script was not built.');
      code = first.output[0].code;
      const hash = (algorithm: string) => createHash(algorithm).update(code);
      file = `assets/track-${hash('sha256').digest('hex').slice(0, 10)}.js`;
      return { define: { TRACKER: JSON.stringify({ file, integrity: `sha384-${hash('sha384').digest('base64')}` }) } };
    },
    generateBundle() {
      for (const fileName of ['track.js', file]) this.emitFile({ type: 'asset', fileName, source: code });
    },
  };
}

export default defineConfig(({ mode }) => {
  const { PORT = '3000' } = loadEnv(mode, here, 'PORT');
  return {
    root: here,
    plugins: [slimContracts(), trackingScript(), react(), precompress()],
    // `#rules`, `#graph` and `#contracts` are read as TypeScript, without a build of the libs.
    resolve: { conditions: ['source', ...defaultClientConditions] },
    build: {
      outDir: fileURLToPath(new URL('../../dist/apps/web', import.meta.url)),
      emptyOutDir: true,
      target: 'es2023',
    },
    server: {
      // Everything that is no screen and no module of ours belongs to the API.
      proxy: {
        '^/(?!admin|sign-in|invite/|learn|@|src/|node_modules/|libs/|assets/|favicon|color-scheme|index.html).+': `http://localhost:${PORT}`,
      },
    },
  };
});

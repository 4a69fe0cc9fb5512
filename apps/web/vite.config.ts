import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, loadEnv, type Plugin } from 'vite';
import { slimContracts } from './slim-contracts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Puts `.br` and `.gz` beside every text file of the build; the API serves them as they are. */
function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
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

export default defineConfig(({ mode }) => {
  const { PORT = '3000' } = loadEnv(mode, here, 'PORT');
  return {
    root: here,
    plugins: [slimContracts(), react(), precompress()],
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

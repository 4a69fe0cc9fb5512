import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, loadEnv } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig(({ mode }) => {
  const { PORT = '3000' } = loadEnv(mode, here, 'PORT');
  return {
    root: here,
    plugins: [react()],
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
        '^/(?!admin|sign-in|learn|@|src/|node_modules/|libs/|favicon|color-scheme|index.html).+': `http://localhost:${PORT}`,
      },
    },
  };
});

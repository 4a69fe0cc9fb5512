import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';
import { defaultServerConditions, runnerImport, type Plugin } from 'vite';

const index = fileURLToPath(new URL('../../libs/contracts/src/index.ts', import.meta.url));

/** What the browser needs of an export of #contracts: of a route its verb and address, of a table the table. */
function plainOf(value: unknown): unknown {
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
export function slimContracts(): Plugin {
  return {
    name: 'slim-contracts',
    enforce: 'pre',
    async load(id) {
      if (id !== index) return undefined;
      const { module, dependencies } = await runnerImport<Record<string, unknown>>(index, {
        configFile: false,
        logLevel: 'error',
        resolve: { conditions: ['source', ...defaultServerConditions] },
      });
      for (const file of dependencies) this.addWatchFile(file);
      const lines = Object.entries(module).map(([name, value]) => {
        const plain = plainOf(value);
        return plain === undefined ? '' : `export const ${name} = ${JSON.stringify(plain)};`;
      });
      return lines.filter(Boolean).join('\n');
    },
  };
}

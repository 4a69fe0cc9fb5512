import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { sourceMaps } from './source-loader.mjs';

const require = createRequire(import.meta.url);
const JestRuntime = require('jest-runtime').default;
/** Where jest-circus keeps its state. */
const CIRCUS = new Set(['JEST_STATE_SYMBOL', 'EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL']);
const GLOBALS = Symbol.for('cortex.jest-globals');

/**
 * Jest's runtime, which loads a spec file and what it imports through Node: what several spec files of a worker use, the
 * product and its packages, is loaded once. Jest's own would load some two thousand files again for each of them.
 * So modules keep their state from one spec file to the next, and nothing can be mocked by its name. A spec file that
 * defines something for the whole process has `@fresh-modules` in its first comment, and gets modules of its own.
 */
export default class OneRealm extends JestRuntime {
  constructor(config, environment, ...rest) {
    super(config, environment, ...rest);
    this.fresh = environment.fresh;
  }

  /** The part of Jest that collects and runs tests, anew for each spec file. */
  requireInternalModule(from, to) {
    for (const path of Object.keys(require.cache)) if (path.includes('/jest-circus/')) delete require.cache[path];
    for (const key of Object.getOwnPropertySymbols(globalThis)) if (CIRCUS.has(key.description)) delete globalThis[key];
    return createRequire(from)(to ?? from);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    globalThis[GLOBALS] = this.jestGlobals.cjsGlobals(path);
    await import(`${pathToFileURL(path).href}${this.fresh ? '?fresh' : ''}`);
  }

  getSourceMaps() {
    return sourceMaps;
  }
}

export { OneRealm as 'module.exports' };

// One database cluster is shared by all workers of a run: they find it by the main process's id.
process.env.CORTEX_TEST_RUN ??= String(process.pid);

const libs =
  'rules|graph|designs|contracts|platform|queue|activities|directory|enrollments|orders|smart-lists|automations|emails|broadcasts|access|customers|workspace|actions|engine|send|testing';

const swc = (tsx) => ({
  sourceMaps: 'inline',
  // The sources are beside it; without them V8 has half as much to read.
  inlineSourcesContent: false,
  module: { type: 'es6' },
  jsc: {
    target: 'es2024',
    keepClassNames: true,
    parser: { syntax: 'typescript', tsx, decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, react: { runtime: 'automatic' } },
  },
});

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/libs/testing/environment.mjs',
  roots: ['<rootDir>/apps', '<rootDir>/libs'],
  testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: {
    '^#rules/engine$': '<rootDir>/libs/rules/src/engine/index.ts',
    '^#designs/server$': '<rootDir>/libs/designs/src/server/index.ts',
    '^#worker/flags$': '<rootDir>/apps/worker/src/bound-garbage.ts',
    '^#platform/postgres$': '<rootDir>/libs/platform/src/postgres/index.ts',
    [`^#(${libs})$`]: '<rootDir>/libs/$1/src/index.ts',
    '^#(api|worker)$': '<rootDir>/apps/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '^.+\\.ts$': ['@swc/jest', swc(false)], '^.+\\.tsx$': ['@swc/jest', swc(true)] },
  // Jest's own summary comes last, whatever stands here.
  reporters: ['default', '<rootDir>/libs/testing/slowest-specs.mjs'],
  testTimeout: 120_000,
  maxWorkers: 2,
  // What a spec file loaded is not given back: after a hundred a worker would have 4 GB to look through again and again.
  workerIdleMemoryLimit: '1.5GB',
  // At its end a worker gives hundreds of megabytes back, which takes more than Jest's half second on a busy machine.
  // One that something holds is still reported.
  workerGracefulExitTimeout: 10_000,
};
